"""Codes of the canonical signal. Modelled on VNG "JZV Meldingen" 1.0 (addressedTo = its
soortMelding) and on the vocabularies of the field; shared codes are in shared.vocabulary."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    REPORT = "report"  # melding
    ADVICE = "advice"  # advies: nothing about the persons concerned is ever kept


class AddressedTo(StrEnum):
    VT = "VT"  # Veilig Thuis
    ZVH = "ZVH"  # Zorg- en Veiligheidshuis
    NAZ = "NAZ"  # niet-acute zorg


class Place(StrEnum):
    HOME = "home"
    SCHOOL = "school"
    STREET = "street"
    CHILD_HANDOVER = "child_handover"
    WORK = "work"
    ONLINE = "online"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"


class ViolenceForm(StrEnum):
    PHYSICAL = "physical"
    PSYCHOLOGICAL = "psychological"
    SEXUAL = "sexual"
    FINANCIAL = "financial"
    STALKING = "stalking"
    THREAT = "threat"
    VERBAL = "verbal"
    NEGLECT = "neglect"
    COERCIVE_CONTROL = "coercive_control"
    DIGITAL = "digital"
    PROPERTY = "property"
    ANIMAL = "animal"
    EXPLOITATION = "exploitation"


class Pattern(StrEnum):
    SITUATIONAL = "situational"
    INTIMATE_TERROR = "intimate_terror"
    VIOLENT_RESISTANCE = "violent_resistance"
    MUTUAL_CONTROL = "mutual_control"
    DIVORCE = "divorce"
    HONOUR_RELATED = "honour_related"
    STALKING_BY_EX = "stalking_by_ex"
    UNKNOWN = "unknown"


class StatementKind(StrEnum):
    FACT = "fact"  # own observation
    STATEMENT = "statement"  # what someone said
    SUSPICION = "suspicion"
    OPINION = "opinion"  # professional opinion
    UNCLASSIFIED = "unclassified"  # a narrative that arrived whole


class PersonRole(StrEnum):
    VICTIM = "victim"
    PERPETRATOR = "perpetrator"
    BOTH = "both"
    CHILD_VICTIM = "child_victim"
    CHILD_WITNESS = "child_witness"
    BYSTANDER = "bystander"
    EX_PARTNER = "ex_partner"
    STEP_PARENT = "step_parent"
    FAMILY_MEMBER = "family_member"
    OTHER = "other"


CHILD_ROLES = frozenset({PersonRole.CHILD_VICTIM, PersonRole.CHILD_WITNESS})


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class AddressKind(StrEnum):
    RESIDENCE = "residence"
    POSTAL = "postal"
    REGISTERED = "registered"
    SHELTER = "shelter"
    SECRET = "secret"  # noqa: S105 - an address, not a password


PROTECTED_KINDS = frozenset({AddressKind.SHELTER, AddressKind.SECRET})


class NameUse(StrEnum):
    """How a married person writes their name (BRP aanduiding naamgebruik: E, P, N, V)."""

    OWN = "own"
    PARTNER = "partner"
    OWN_PARTNER = "own_partner"
    PARTNER_OWN = "partner_own"


class TieKind(StrEnum):
    PARTNER = "partner"
    EX_PARTNER = "ex_partner"
    PARENT_CHILD = "parent_child"  # from the parent to the child
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    STEP_PARENT = "step_parent"
    LIVES_WITH = "lives_with"
    FAMILY = "family"
    OTHER = "other"


class ReporterKind(StrEnum):
    PROFESSIONAL = "professional"
    PRIVATE = "private"
    FAMILY = "family"
    SELF = "self"
    AGENCY = "agency"  # the organisation itself, as the police reports


class ReporterVisibility(StrEnum):
    OPEN = "open"
    SHIELDED = "shielded"
    ANONYMOUS = "anonymous"


class Weighing(StrEnum):
    """What the weighing of the meldcode gave (steps 4 and 5)."""

    NO_SUSPICION = "no_suspicion"
    HELP_POSSIBLE = "help_possible"
    HELP_REFUSED = "help_refused"
    CANNOT_ORGANISE = "cannot_organise"
    NO_RESULT = "no_result"  # help was given and did not bring safety
    UNSAFE = "unsafe"  # acute or structural unsafety cannot be excluded


WEIGHED_AS_REPORT = frozenset({Weighing.HELP_REFUSED, Weighing.CANNOT_ORGANISE})


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class EvidenceKind(StrEnum):
    MEDICAL_CERTIFICATE = "medical_certificate"
    PHOTO = "photo"
    RECORDING = "recording"
    MESSAGE = "message"
    DOCUMENT = "document"
    POLICE_REPORT = "police_report"
    OTHER = "other"


class WpgArticle(StrEnum):
    """Article of the Wet politiegegevens under which the police process what they tell."""

    DAILY_TASK = "8"
    INVESTIGATION = "9"
    THEMATIC = "10"
    INFORMANTS = "12"
    SUPPORT = "13"


SHAREABLE_ARTICLES = frozenset({WpgArticle.DAILY_TASK, WpgArticle.SUPPORT})


class Condition(StrEnum):
    """What the source attaches to its signal (WGS art. 2.29(3))."""

    NOT_TO_ZVH = "not_to_zvh"
    NOT_TO_YOUTH = "not_to_youth"
    NOT_TO_POLICE = "not_to_police"
    OWN_AGENCY_ONLY = "own_agency_only"


class Compartment(StrEnum):
    NONE = "none"
    HONOUR = "honour"


class WithdrawalReason(StrEnum):
    WRONG_PERSONS = "wrong_persons"
    WRONG_CONTENT = "wrong_content"
    DUPLICATE = "duplicate"
    NO_GROUND = "no_ground"
    SUBJECT_REQUEST = "subject_request"
