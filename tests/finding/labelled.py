"""Texts of our own that name people, or others of a like name, each with whom it names: for precision and recall.

Every person is invented. A text that names nobody who is looked for has no subject.
"""

from __future__ import annotations

from typing import NamedTuple

PEOPLE: dict[str, list[tuple[str, str]]] = {
    "jose": [("name", "José Núñez"), ("email", "jose.nunez@example.com"), ("phone", "+34 612 34 56 78")],
    "mueller": [("name", "Jürgen Müller"), ("address", "Hauptstraße 5, 10115 Berlin"), ("phone", "+49 30 1234567")],
    "oconnor": [("name", "Sinéad O'Connor-Walsh"), ("url", "https://www.linkedin.com/in/sinead-ocw/")],
    "smith": [("name", "John Smith"), ("handle", "@jsmith_1980")],
    "kennedy": [("name", "Anna Maria Kennedy"), ("email", "anna+news@kennedy.example")],
    "ivan": [("name", "Иван Петров"), ("phone", "+7 912 345-67-89")],
    "olga": [("name", "Ольга Сергеева"), ("email", "olga@пример.рф")],
    "giorgos": [("name", "Γιώργος Παπαδόπουλος"), ("address", "Ερμού 12, 10563 Αθήνα")],
    "ahmad": [("name", "محمد أحمد الخطيب"), ("phone", "+20 100 123 4567")],
    "abdullah": [("name", "عبد الله منصور")],
    "nguyen": [("name", "Nguyễn Văn An"), ("url", "https://de.linkedin.com/in/nguyen-van-an")],
    "ostergard": [("name", "Bjørn Østergård"), ("quote", "the harbour smells of tar and of freedom")],
    "lukasz": [("name", "Łukasz Wójcik"), ("phone", "+48 601 234 567")],
    "quoted": [("quote", "never again will I lend my lawn mower to a neighbour")],
    "london": [("address", "221 Baker Street, NW1 6XE London"), ("phone", "+44 20 7946 0958")],
    "island": [("phone", "+354 555 1234")],
}


class Labelled(NamedTuple):
    """A text, and whom it names."""

    text: str
    subjects: frozenset[str]
    kind: str
    """What it is for: the script or the difficulty."""


def _of(kind: str, *rows: tuple[str, str]) -> list[Labelled]:
    return [Labelled(text, frozenset(subjects.split()), kind) for subjects, text in rows]


TEXTS: list[Labelled] = [
    *_of(
        "diacritics",
        ("jose", "Great talk by José Núñez today."),
        ("jose", "Great talk by Jose Nunez today."),
        ("jose", "JOSÉ NÚÑEZ WAS HERE"),
        ("jose", "jose\u0301 nu\u0301n\u0303ez wrote it with other signs"),
        ("mueller", "Herr Jürgen Müller kommt morgen."),
        ("mueller", "Herr Juergen Mueller kommt morgen."),
        ("mueller", "Herr Jurgen Muller kommt morgen."),
        ("nguyen", "Thanks to Nguyen Van An for the help"),
        ("nguyen", "Thanks to An Nguyễn for the help"),
        ("ostergard", "Bjorn Ostergard sails again"),
        ("ostergard", "Bjoern Oestergaard sails again"),
        ("lukasz", "Lukasz Wojcik joined us"),
        ("oconnor", "We met Sinead O’Connor Walsh in Cork"),
        ("", "José is a name, and so is Núñez."),
        ("", "Müller schrieb an Jürgen."),
    ),
    *_of(
        "initials",
        ("jose", "J. Núñez signed the letter"),
        ("smith", "signed: Smith, J."),
        ("smith", "J Smith was there"),
        ("kennedy", "A. M. Kennedy edited the volume"),
        ("kennedy", "A.M. Kennedy edited the volume"),
        ("kennedy", "Anna M. Kennedy edited the volume"),
        ("kennedy", "Kennedy, Anna Maria, edited the volume"),
        ("ivan", "И. Петров написал письмо"),
        ("giorgos", "ο Γ. Παπαδόπουλος έγραψε"),
        ("", "plan j smith and the forge"),
        ("", "the j. smith of the village, a smith by trade"),
        ("", "K. Smith was there"),
    ),
    *_of(
        "word order",
        ("smith", "Smith John, second row"),
        ("smith", "Dear John Smith's team,"),
        ("mueller", "MÜLLER, Jürgen (Berlin)"),
        ("giorgos", "Παπαδόπουλος Γιώργος"),
        ("ivan", "Петров Иван, 1980 г.р."),
        ("", "John met a smith. Smith was his name, Peter Smith."),
        ("", "John, smith and carpenter of the village, is not he"),
    ),
    *_of(
        "homographs",
        ("smith", "J\u043ehn Smith with a Cyrillic letter"),
        ("smith", "John Sm\u0456th with another"),
        ("smith", "\uff2a\uff4f\uff48\uff4e \uff33\uff4d\uff49\uff54\uff48 in wide letters"),
        ("smith", "Jo\u200bhn Smi\u00adth with invisible signs"),
        ("smith", "𝐉𝐨𝐡𝐧 𝐒𝐦𝐢𝐭𝐡 in bold letters of mathematics"),
        ("", "Сор and Рор are no names here"),
    ),
    *_of(
        "common names",
        ("", "John Smithson and Johnny Smith had lunch"),
        ("", "Ann Maria Kennedy is her sister"),
        ("", "Jon Smythe"),
        ("", "Josefina Núñez Ortega"),
        ("", "Ivan Petrovic plays tennis"),
        ("", "Anna Karenina, Maria Kennedy"),
        # a namesake: nobody can tell from the words, so it is found and goes to review
        ("", "John Smith (1580-1631) was an explorer"),
        ("", "Captain John Smith founded Jamestown"),
    ),
    *_of(
        "cyrillic",
        ("ivan", "Сегодня мы видели Ивана Петрова."),
        ("ivan", "Письмо Ивану Петрову"),
        ("ivan", "Работал с Иваном Петровым"),
        ("olga", "Говорили об Ольге Сергеевой"),
        ("olga", "Ольга Сергеева написала книгу"),
        ("olga", "пишите на OLGA@ПРИМЕР.РФ"),
        ("olga", "пишите на olga@xn--e1afmkfd.xn--p1ai"),
        ("ivan", "тел. 8 (912) 345-67-89"),
        ("", "Иван и Пётр Петровичи"),
        ("", "Ольга Петрова и Иван Сергеев"),
    ),
    *_of(
        "greek",
        ("giorgos", "Ο ΓΙΩΡΓΟΣ ΠΑΠΑΔΟΠΟΥΛΟΣ ήρθε"),
        ("giorgos", "του Γιώργου Παπαδόπουλου"),
        ("giorgos", "Ερμού 12, Αθήνα"),
        ("", "Ο Γιώργος και η Μαρία Παπαδοπούλου"),
    ),
    *_of(
        "arabic",
        ("ahmad", "قال محمد أحمد الخطيب ذلك"),
        ("ahmad", "قال محمد احمد الخطيب ذلك"),
        ("ahmad", "ومُحَمَّد أَحْمَد الخَطِيب قال ذلك"),
        ("ahmad", "محمد الخطيب كتب"),
        ("ahmad", "هاتف ٠١٠٠ ١٢٣ ٤٥٦٧"),
        ("abdullah", "عبدالله منصور هنا"),
        ("abdullah", "رسالة لعبد الله منصور"),
        ("", "محمد علي وأحمد منصور"),
    ),
    *_of(
        "e-mail",
        ("jose", "mail Jose.Nunez@Example.COM, please"),
        ("jose", "<mailto:jose.nunez@example.com>"),
        ("jose", "**jose.nunez@example.com**"),
        ("jose", "jose.nunez+spam@example.com"),
        ("jose", "contact=jose.nunez@example.com;"),
        ("jose", "ask jose.nunez＠example.com"),
        ("kennedy", "anna@kennedy.example or anna+news@kennedy.example."),
        ("", "mail other.jose.nunez@example.com or jose.nunez@example.org"),
        ("", "see jose@example.com"),
    ),
    *_of(
        "phone",
        ("jose", "call 0034612345678 now"),
        ("jose", "call 612-345-678 now"),
        ("mueller", "Tel. +49 (0)30 123 45 67"),
        ("mueller", "Tel. 030/1234567"),
        ("mueller", "Tel. 030-12 34 567, in 2025 1 2"),
        ("london", "ring 020 7946 0958"),
        ("london", "ring +44 (0) 20 79460958"),
        ("lukasz", "tel 601\u00a0234\u00a0567"),
        ("island", "sími +354-555-1234"),
        ("island", "sími 555 1234"),
        ("", "order 2025-11-03 12:30:45, reference 4711"),
        ("", "call 612-345-679 now"),
    ),
    *_of(
        "address",
        ("mueller", "He lives at Hauptstr. 5 in Berlin"),
        ("mueller", "Hauptstrasse 5, D-10115"),
        ("mueller", "Haupt-Str. 5, Berlin"),
        ("london", "221 Baker St, London"),
        ("london", "221 BAKER STREET NW1 6XE"),
        ("", "Hauptstraße 55, Berlin"),
        ("", "21 Baker Street, London"),
    ),
    *_of(
        "profiles, handles, quotes",
        ("oconnor", "see linkedin.com/in/sinead-ocw"),
        ("oconnor", "see https://uk.linkedin.com/in/Sinead-OCW/details/experience/?locale=en_US#top."),
        ("nguyen", "(http://www.linkedin.com/in/nguyen%2Dvan-an)"),
        ("smith", "thanks @JSmith_1980!"),
        ("ostergard", "He wrote: “The harbour smells of tar, and of freedom.”"),
        ("quoted", "NEVER AGAIN will I lend my lawn-mower to a neighbour!!!"),
        ("", "see linkedin.com/in/sinead-ocwen and linkedin.com/in"),
        ("", "thanks @jsmith_19800 and jsmith_1980 at home"),
        ("", "the harbour smells of tar"),
    ),
]
