"""Words of four languages that are facts by themselves: numbers, negations, and units; and words that are no names.

`one` and its like are no numbers here, since they are articles too; nor is the Spanish `once`, which is English.
"""

from __future__ import annotations

_NUMBERS = {
    "2": "two zwei deux dos",
    "3": "three drei trois tres",
    "4": "four vier quatre cuatro",
    "5": "five fünf cinq cinco",
    "6": "six sechs seis",
    "7": "seven sieben sept siete",
    "8": "eight acht huit ocho",
    "9": "nine neun neuf nueve",
    "10": "ten zehn dix diez",
    "11": "eleven elf onze",
    "12": "twelve zwölf douze doce",
    "13": "thirteen dreizehn treize trece",
    "14": "fourteen vierzehn quatorze catorce",
    "15": "fifteen fünfzehn quinze quince",
    "16": "sixteen sechzehn seize dieciséis",
    "17": "seventeen siebzehn",
    "18": "eighteen achtzehn",
    "19": "nineteen neunzehn",
    "20": "twenty zwanzig vingt veinte",
    "30": "thirty dreißig trente treinta",
    "40": "forty vierzig quarante cuarenta",
    "50": "fifty fünfzig cinquante cincuenta",
    "60": "sixty sechzig soixante sesenta",
    "70": "seventy siebzig setenta",
    "80": "eighty achtzig ochenta",
    "90": "ninety neunzig noventa",
    "100": "hundred hundreds hundert cent cents cien ciento",
    "1000": "thousand thousands tausend mille mil",
    "million": "million millions millionen millón millones",
    "billion": "billion billions milliarde milliarden milliard milliards",
    "dozen": "dozen dozens dutzend douzaine docena",
    "half": "half halb halbe moitié mitad",
    "twice": "twice double doubled zweimal doppelt verdoppelt doublé doble",
    "1st": "first erste ersten erster premier première primera primero",
    "2nd": "second zweite zweiten zweiter deuxième segunda segundo",
    "3rd": "third dritte dritten dritter troisième tercera tercero",
}
NUMBERS = {word: number for number, words in _NUMBERS.items() for word in words.split()}
"""Word in small letters → the number as it is compared."""
_NEGATIONS = (
    "not no never none nobody nothing nowhere without neither nor cannot "
    "nicht nichts nie niemals niemand ohne weder kein keine keinen keinem keiner keines "
    "pas jamais rien sans aucun aucune ni "
    "nunca nada nadie sin tampoco ningún ninguna ninguno"
)
_SHORTENED = "do does did is are was were have has had can could should would wo must need ai"
NEGATIONS = frozenset(_NEGATIONS.split()) | {
    f"{word}n{mark}t".replace("cann", "can") for word in _SHORTENED.split() for mark in ("", "'", "\u2019")
}
"""As they are written, `dont` too: drafts leave marks out."""
_UNITS = {
    "%": "% percent prozent pourcent",
    "€": "€ euro euros eur",
    "$": "$ dollar dollars usd",
    "£": "£ pound pounds pfund gbp",
    "¥": "¥ yen jpy",
    "chf": "chf franken francs",
    "year": "year years yr yrs jahr jahre jahren ans année années año años",
    "month": "month months monat monate monaten mois mes meses",
    "week": "week weeks woche wochen semaine semaines semana semanas",
    "day": "day days tag tage tagen jour jours día días",
    "hour": "hour hours hr hrs h stunde stunden heure heures hora horas",
    "minute": "minute minutes min mins minuten minuto minutos",
    "second": "seconds sec secs sekunden secondes segundos",
    "km": "km kilometre kilometres kilometer kilometers kilometern kilomètres",
    "m": "m metre metres meter meters",
    "mile": "mile miles",
    "kg": "kg kilo kilos",
    "g": "g gram grams gramm",
    "t": "t ton tons tonne tonnes tonnen",
    "°c": "°c celsius",
    "°f": "°f fahrenheit",
    "k": "k",
    "million": "million millions millionen mn mio",
    "billion": "billion billions bn milliarden mrd",
}
UNITS = {word: unit for unit, words in _UNITS.items() for word in words.split()}
"""What may follow a number, in small letters → the unit as it is compared."""
_COMMON = (
    "a about above after again all almost already also although always among an and another any anyone anything "
    "are as at away back be because been before being below best better between both but by can come could did do "
    "does during each either else even ever every everybody everyone everything excited few finally for from get "
    "give glad go good great grateful had happy has have he her here his how however i if in instead into is it "
    "its just last lately later let like looking made make many maybe meanwhile more most much my new next no "
    "nobody none not nothing now of often oh on once one only or other our out over perhaps please pleased proud "
    "quite rather really recently same she should since so some somebody someone something sometimes soon still "
    "such thank thanks that the their them then there therefore these they this those though through thus to "
    "today together tomorrow too toward under until up us very was we well were what when where whether which "
    "while who whoever whose why will with within without would yes yesterday yet you your aber ab als am auch "
    "auf aus bei bis da dabei damit danach dann das dass dein dem den denn der des deshalb die dies diese dieser "
    "dieses doch dort du durch ein eine einen einer eines er es für ganz gestern haben hat heute hier ich ihr im "
    "immer ist ja jede jeder jedes jetzt man manchmal mein meine mit morgen nach nicht noch nun nur ob oder ohne "
    "schon sehr seit sein sie sind trotzdem und uns unser unsere viele vielen vom von vor war warum weil wenn wer "
    "wie wir wo zu zum zur zwischen à après au aussi aujourd aux avant avec bien c ce ces cet cette chaque comme "
    "d dans de demain depuis donc elle elles en encore enfin ensuite est et ici il ils j je l la le les leur ma "
    "mais malgré me merci mes mon n ne nos notre nous ou où par parce pendant plus pour pourquoi puis qu quand "
    "que qui sa sans se ses si son sous sur ta tous tout toute toutes très tu un une vos votre vous ahora al algo "
    "alguien antes aquí así aunque ayer cada como con cuando del desde después donde durante el ella ellas ellos "
    "entonces era esa ese eso esta este esto estos gracias ha hasta hay hoy las lo los luego más mi mis mucho "
    "muchos muy nosotros nuestra nuestro o para pero por porque pues quien siempre sin sobre su sus también todo "
    "todos una y ya yo"
)
COMMON = frozenset(_COMMON.split())
"""Words with which a sentence may begin that its draft has not: none of them is the name of anybody."""
