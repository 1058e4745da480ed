"""Common given names and surnames in the Netherlands, of the origins found there.

A name says nothing about a story: the generator draws given name and surname for a household from
one pool of families and never lets them weigh in what happens. Bundel keeps no origin of anyone.
"""

from __future__ import annotations

WOMEN = (
    "Anna", "Anouk", "Astrid", "Aylin", "Bianca", "Carla", "Chantal", "Charlotte", "Daniela",
    "Denise", "Elif", "Ellen", "Emma", "Esther", "Fatima", "Fleur", "Floor", "Gwen", "Hanneke",
    "Ilona", "Ingrid", "Iris", "Jacqueline", "Janneke", "Joyce", "Judith", "Karin", "Kim", "Laila",
    "Laura", "Lieke", "Linda", "Lisa", "Loes", "Manon", "Marieke", "Marjolein", "Melissa", "Mieke",
    "Mirjam", "Monique", "Nadia", "Naomi", "Nathalie", "Nienke", "Patricia", "Petra", "Priya",
    "Rachel", "Renate", "Roos", "Rosa", "Samantha", "Sandra", "Sanne", "Shanti", "Silvia",
    "Simone", "Sofie", "Suzanne", "Sylvana", "Tamara", "Tess", "Vanessa", "Wendy", "Yasmin",
    "Yvonne", "Zeynep", "Zoë",
)  # fmt: skip
MEN = (
    "Abdel", "Ahmed", "Alex", "Arjan", "Arthur", "Bart", "Bas", "Bram", "Carlos", "Casper",
    "Daan", "David", "Dirk", "Edwin", "Emre", "Erik", "Erwin", "Farid", "Ferdi", "Frank", "Freek",
    "Gerard", "Giovanni", "Hans", "Hassan", "Henk", "Ivo", "Jaap", "Jan", "Jasper", "Jeffrey",
    "Jeroen", "Joost", "Karim", "Kees", "Kevin", "Koen", "Lars", "Leon", "Maarten", "Marcel",
    "Martijn", "Mehmet", "Michael", "Milan", "Mohamed", "Niels", "Omar", "Patrick", "Paul",
    "Peter", "Pieter", "Rachid", "Ramon", "Raymond", "Remco", "Richard", "Rik", "Robin", "Ronald",
    "Ruud", "Sander", "Stefan", "Sven", "Thijs", "Tim", "Tom", "Vincent", "Willem", "Wouter",
    "Yusuf",
)  # fmt: skip
GIRLS = (
    "Amira", "Bo", "Eva", "Evi", "Femke", "Fenna", "Hanna", "Isa", "Jasmijn", "Julia", "Lina",
    "Liv", "Lotte", "Luna", "Maud", "Mila", "Nina", "Noor", "Nora", "Olivia", "Puck", "Romy",
    "Sara", "Saar", "Sofia", "Tess", "Vera", "Yara",
)  # fmt: skip
BOYS = (
    "Adam", "Benjamin", "Boaz", "Dex", "Finn", "Gijs", "Hugo", "Ibrahim", "Jayden", "Jesse",
    "Levi", "Liam", "Luuk", "Mees", "Mats", "Mohammed", "Moos", "Noah", "Noud", "Olivier", "Otis",
    "Sam", "Sem", "Siem", "Stijn", "Thomas", "Tygo", "Xavi",
)  # fmt: skip
# particle, surname; "" when there is none
PLAIN_SURNAMES = (
    "Aydin", "Bakker", "Baptiste", "Bosman", "Bosch", "Brouwer", "Çelik", "Claassen", "Coenen",
    "Dekker", "Demir", "Dijkstra", "Driessen", "Evers", "Faber", "Fransen", "Gerritsen", "Hendriks",
    "Hermans", "Hoekstra", "Hofman", "Huisman", "Jacobs", "Jansen", "Janssen", "Karimi", "Kaya",
    "Khan", "Koster", "Kowalski", "Kramer", "Kuipers", "Lima", "Martens", "Martina", "Meijer",
    "Meyer", "Molenaar", "Mulder", "Nguyen", "Nowak", "Peeters", "Pieters", "Postma", "Prins",
    "Ramdin", "Santos", "Schipper", "Scholten", "Schouten", "Singh", "Smeets", "Smit", "Timmermans",
    "Veenstra", "Verhoeven", "Vermeulen", "Visser", "Vos", "Wiersma", "Willems", "Yilmaz",
)  # fmt: skip
PARTICLE_SURNAMES = (
    ("van", "Beek"), ("van den", "Berg"), ("van der", "Berg"), ("van den", "Bosch"),
    ("ten", "Brink"), ("den", "Broeder"), ("van den", "Brink"), ("de", "Bruin"), ("van", "Dam"),
    ("van", "Dijk"), ("van", "Dongen"), ("el", "Fassi"), ("de", "Haan"), ("van der", "Heijden"),
    ("van der", "Horst"), ("op den", "Kamp"), ("de", "Lange"), ("van", "Leeuwen"), ("van der",
    "Linden"), ("van der", "Meer"), ("ter", "Meulen"), ("de", "Nijs"), ("el", "Ouali"),
    ("van", "Rijn"), ("dos", "Santos"), ("van 't", "Veld"), ("van der", "Veen"), ("in 't", "Veld"),
    ("van", "Vliet"), ("de", "Vries"), ("van der", "Wal"), ("van", "Wijk"), ("de", "Wit"),
)  # fmt: skip
NICKNAMES = {
    "Anna": "Annie", "Jacqueline": "Jacky", "Monique": "Mo", "Patricia": "Patty",
    "Samantha": "Sam", "Suzanne": "Suus", "Sandra": "San", "Wendy": "Wen", "Charlotte": "Lot",
    "Alexander": "Alex", "Giovanni": "Gio", "Jeffrey": "Jeff", "Maarten": "Maart",
    "Martijn": "Tijn", "Michael": "Mike", "Mohamed": "Mo", "Richard": "Ries",
    "Raymond": "Ray", "Willem": "Wim",
    "Pieter": "Piet", "Gerard": "Geert", "Marieke": "Riek", "Nathalie": "Nat", "Yvonne": "Von",
}  # fmt: skip
