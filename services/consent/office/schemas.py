"""Bodies of the consent API: every code checked, all faults told at once."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.consent.consents.model import Evidence, GivenBy, Reason
from services.consent.consents.restrictions import WHY_LIFTED, WHY_RESTRICTED
from shared.clients.facts import BANDS
from shared.vocabulary import Category, LegalContext, Purpose

_PURPOSES = (
    Purpose.SAFETY_ASSESSMENT, Purpose.CASE_COORDINATION, Purpose.ACUTE_PROTECTION,
)  # fmt: skip
_RECIPIENTS = tuple(context for context in LegalContext if context is not LegalContext.NONE)
_REASONS_TO_GIVE = (
    Reason.SOLE_AUTHORITY, Reason.OTHER_PARENT_UNSAFE, Reason.OTHER_PARENT_UNREACHABLE,
    Reason.CHILD_INTEREST,
)  # fmt: skip
_REASONS_TO_END = (
    Reason.WITHDRAWN_BY_PERSON, Reason.WITHDRAWN_BY_REPRESENTATIVE, Reason.RECORDED_IN_ERROR,
)  # fmt: skip
_MOST_MENTIONS = 1000
_ORGANISATION = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,79}$", error="An organisation's code.")


def _codes(*codes: str) -> validate.OneOf:
    return validate.OneOf([str(code) for code in codes], error="One of: {choices}.")


class ConsentBody(Schema):
    """A consent as it is recorded. `subjectBirthDate` is used to find the age band, not kept."""

    mentionId = fields.UUID(required=True)  # noqa: N815 - the interface's names
    purpose = fields.String(required=True, validate=_codes(*_PURPOSES))
    recipientLegalContext = fields.String(validate=_codes(*_RECIPIENTS))  # noqa: N815
    recipientOrganisation = fields.String(validate=_ORGANISATION)  # noqa: N815
    categories = fields.List(
        fields.String(validate=_codes(*Category)), required=True, validate=validate.Length(min=1)
    )
    givenBy = fields.String(required=True, validate=_codes(*GivenBy))  # noqa: N815
    incapable = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    subjectBirthDate = fields.Date()  # noqa: N815
    ageBand = fields.String(validate=_codes(*BANDS[:3]))  # noqa: N815
    reasonCode = fields.String(validate=_codes(*_REASONS_TO_GIVE))  # noqa: N815
    evidence = fields.String(required=True, validate=_codes(*Evidence))
    validFrom = fields.Date()  # noqa: N815
    validUntil = fields.Date()  # noqa: N815


class WithdrawalBody(Schema):
    reasonCode = fields.String(  # noqa: N815
        load_default=Reason.WITHDRAWN_BY_PERSON.value, validate=_codes(*_REASONS_TO_END)
    )


class RenewalBody(Schema):
    validUntil = fields.Date(required=True)  # noqa: N815
    evidence = fields.String(required=True, validate=_codes(*Evidence))


class NothingBody(Schema):
    """An empty object: the path says it all."""


class SearchBody(Schema):
    """Without mentionIds: the latest consents of the officer's region."""

    mentionIds = fields.List(  # noqa: N815
        fields.UUID(), validate=validate.Length(min=1, max=_MOST_MENTIONS)
    )


class MentionsBody(Schema):
    mentionIds = fields.List(  # noqa: N815
        fields.UUID(), required=True, validate=validate.Length(min=1, max=_MOST_MENTIONS)
    )


class RestrictionBody(Schema):
    """`reasonCode`: AVG art. 18(1)(a-d); objection_pending is art. 21."""

    mentionId = fields.UUID(required=True)  # noqa: N815
    reasonCode = fields.String(  # noqa: N815
        required=True, validate=_codes(*WHY_RESTRICTED)
    )


class LiftingBody(Schema):
    """`personInformed`: the person concerned was told beforehand (AVG art. 18(3))."""

    mentionId = fields.UUID(required=True)  # noqa: N815
    reasonCode = fields.String(required=True, validate=_codes(*WHY_LIFTED))  # noqa: N815
    personInformed = fields.Boolean(  # noqa: N815
        required=True,
        truthy={True},
        falsy={False},
        validate=validate.Equal(True, error="Tell the person first (AVG art. 18(3))."),
    )


class RestrictedBody(Schema):
    """Without mentionIds: the latest restrictions of the officer's region."""

    mentionIds = fields.List(  # noqa: N815
        fields.UUID(), validate=validate.Length(min=1, max=_MOST_MENTIONS)
    )


class ConsentAnswer(Schema):
    consentId = fields.String(required=True)  # noqa: N815
    state = fields.String(
        required=True, metadata={"enum": ["valid", "not_yet", "expired", "doubted", "withdrawn"]}
    )
    mentionId = fields.String(required=True)  # noqa: N815
    purpose = fields.String(required=True)
    recipientLegalContext = fields.String()  # noqa: N815
    recipientOrganisation = fields.String()  # noqa: N815
    categories = fields.List(fields.String(), required=True)
    givenBy = fields.String(required=True)  # noqa: N815
    incapable = fields.Boolean(required=True)
    ageBand = fields.String(required=True)  # noqa: N815
    reasonCode = fields.String()  # noqa: N815
    evidence = fields.String(required=True)
    recordedAt = fields.String(required=True)  # noqa: N815
    validFrom = fields.Date(required=True)  # noqa: N815
    validUntil = fields.Date(required=True)  # noqa: N815
    withdrawnAt = fields.String()  # noqa: N815
    revision = fields.Integer(required=True)


class ConsentsAnswer(Schema):
    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(ConsentAnswer), required=True)


class DoubtAnswer(Schema):
    count = fields.Integer(required=True)


class RestrictionAnswer(Schema):
    revision = fields.Integer(required=True)


class RestrictedAnswer(Schema):
    """`state`: restricted | lifted."""

    mentionId = fields.String(required=True)  # noqa: N815
    state = fields.String(required=True)
    reasonCode = fields.String(required=True)  # noqa: N815
    since = fields.String(required=True)
    liftedAt = fields.String()  # noqa: N815
    liftedBecause = fields.String()  # noqa: N815


class RestrictedListAnswer(Schema):
    count = fields.Integer(required=True)
    items = fields.List(fields.Nested(RestrictedAnswer), required=True)


class RevisionAnswer(Schema):
    revision = fields.Integer(required=True)
    policyVersion = fields.String(required=True)  # noqa: N815


class RuleAnswer(Schema):
    ruleId = fields.String(required=True)  # noqa: N815
    effect = fields.String(required=True)
    actions = fields.List(fields.String(), required=True)
    purposes = fields.List(fields.String(), required=True)
    article = fields.String(required=True)
    summary = fields.String(required=True)
    summaryEn = fields.String(required=True)  # noqa: N815
    liftedBy = fields.String(required=True)  # noqa: N815
    existenceMayBeTold = fields.Boolean(required=True)  # noqa: N815


class RulesAnswer(Schema):
    policyVersion = fields.String(required=True)  # noqa: N815
    items = fields.List(fields.Nested(RuleAnswer), required=True)
