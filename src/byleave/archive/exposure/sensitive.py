"""Words that people may not want to train an AI with: where they live, what they earn, health, a trade union.

There is no meaning in this, only words and forms, in English, German and French, chosen to stand for themselves:
"union" alone is not among them, since the European one would be found too. Health and membership of a trade union are
two of the special categories of Article 9(1) GDPR. Its others, such as belief, politics and sexual orientation, are
left out on purpose (docs/adr/0099): their words are everybody's, and a report that sorts a person's posts by them would
be worse than none.
"""

from __future__ import annotations

import re

ADDRESS, SALARY, HEALTH, UNION = "address", "salary", "health", "union"

_STREETS = (
    # 12 Rosebery Avenue
    r"\b\d{1,5}[a-z]? (?:[A-Z][a-z]+ ){1,3}(?:Street|Road|Avenue|Lane|Drive|Boulevard|Square|Terrace|Close)\b",
    # Hauptstraße 12a
    r"\b[A-ZÄÖÜ][\wäöüß-]{2,30}(?:straße|strasse|str\.|weg|gasse|allee|platz) \d{1,4}[a-z]?\b",
    # 12 bis, rue de la Paix
    (
        r"\b\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|impasse|chemin|allée|quai) "
        r"(?:(?:de|du|des|la|le|les) |[dl]['\u2019])*[A-ZÉÈ]\w+"
    ),
)
_CURRENCY = "(?:€|(?:EUR|CHF|USD|GBP|CAD|euros?|dollars?|pounds?|Euro|Franken|francs)\\b)"
_AMOUNT = rf"(?:[€$£] ?\d[\d.,\u2019 ]{{2,12}}|\d[\d.,\u2019\u202f ]{{1,12}}k? ?{_CURRENCY})"
_PAY = r"(?:my salary|my pay|i earn|i am paid|mein gehalt|mein lohn|ich verdiene|mon salaire|ma paie|je gagne)"
_NEAR = 40
"""Characters between a word about pay and an amount."""
_HEALTH = (
    "my diagnosis|i was diagnosed with|my illness|my disability|my depression|my burnout|my cancer|my therapist"
    "|on sick leave|in rehab|my surgery|my pregnancy|my miscarriage"
    "|meine diagnose|meine krankheit|meine behinderung|meine depression|mein burnout|mein krebs|meine therapeutin"
    "|mein therapeut|krankgeschrieben|in der reha|meine operation|meine schwangerschaft|meine fehlgeburt"
    "|schwerbehindert|schwerbehinderung"
    "|mon diagnostic|ma maladie|mon handicap|ma dépression|mon burn-out|mon cancer|mon thérapeute|ma thérapeute"
    "|en arrêt maladie|mon opération|ma grossesse|ma fausse couche|travailleur handicapé|travailleuse handicapée"
)
_UNION = (
    "trade union|labour union|my union|union member|union rep|shop steward"
    "|gewerkschaft|gewerkschaften|gewerkschafterin|gewerkschafter|gewerkschaftsmitglied|im betriebsrat"
    "|mon syndicat|notre syndicat|syndicat de salariés|syndicaliste|délégué syndical|déléguée syndicale"
    "|syndiqué|syndiquée"
)

_FORMS = {
    ADDRESS: re.compile("|".join(_STREETS)),
    SALARY: re.compile(rf"(?i:\b{_PAY}\b).{{0,{_NEAR}}}?{_AMOUNT}"),
    HEALTH: re.compile(rf"\b(?:{_HEALTH})\b", re.IGNORECASE),
    UNION: re.compile(rf"\b(?:{_UNION})\b", re.IGNORECASE),
}
KINDS = tuple(_FORMS)


def sensitive(text: str) -> list[str]:
    """The kinds of which something stands in a text, each once."""
    return [kind for kind, form in _FORMS.items() if form.search(text)]
