"""Draw up the receipt for an entry of the ledger: what was chosen, what it covers, how far it reaches, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from byleave.kernel.errors import UsageError
from byleave.kernel.vocabulary import PURPOSES
from byleave.ledger.entries import Kind
from byleave.policy.checks import countries_of
from byleave.policy.problems import did_you_mean
from byleave.policy.regions import normalise_country, regions
from byleave.policy.rules import pack_digest
from byleave.proof import receipt as parts
from byleave.proof.terms import aipref, dpv, refuses
from byleave.receipts.form import FORMAT, OF_THE_ENTRY, Drawing, Form, dates_in
from byleave.receipts.sentences import sentences
from byleave.text.catalogue import LANGUAGES, Catalogue
from byleave.text.receipts import leave_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from byleave.ledger.entries import Entry
    from byleave.policy.model import Pack, Setting
    from byleave.proof.receipt import Notice, Receipt
    from byleave.proof.terms import Act
    from byleave.text.explanation import Statement

ACKNOWLEDGED = (
    Kind.PREFERENCE_SET,
    Kind.OBJECTION_RECEIVED,
    Kind.OBJECTION_WITHDRAWN,
    Kind.ITEM_WITHHELD,
    Kind.ITEM_RELEASED,
    Kind.SEARCH_HIDDEN,
    Kind.SEARCH_SHOWN,
)
"""Kinds of entries for which a person gets a receipt."""
MOST_SCOPES = 10_000
_scopes: dict[tuple[str, tuple[str, ...], str | None], parts.Scope] = {}
Undone = Literal["collected-before", "trained-before", "written-before"]


def draft(  # noqa: PLR0913 - each part comes from another place
    entry: Entry,
    *,
    epoch: str,
    pack: Pack,
    digest: str | None = None,
    country: str | None = None,
    notice: Notice | None = None,
    objected_to: str | None = None,
) -> Receipt:
    """The receipt for an entry, not signed yet.

    Args:
        entry: the act as the ledger took it down.
        epoch: the life of the ledger in which `entry.seq` counts.
        pack: the policy in force. What the entry says that a choice covered and reached comes before it.
        digest: that of the pack (`pack_digest`), if it was taken before; taking it costs milliseconds.
        country: where the person lives (ISO 3166-1 alpha-2), if that is known; names the rule and its legal basis.
        notice: the text that the person was shown.
        objected_to: for the end of an objection, the purpose that it was about; None means every purpose.

    Raises: UsageError for a kind without receipts, or a setting that the pack does not know.
    """
    form = form_of(
        entry.kind,
        entry.actor,
        entry.data,
        pack=pack,
        digest=digest,
        country=country,
        notice=notice,
        objected_to=objected_to,
    )
    return Drawing(form).receipt(entry, epoch)


def form_of(  # noqa: PLR0913 - each part comes from another place
    kind: Kind,
    actor: str,
    data: Mapping[str, Any],
    *,
    pack: Pack,
    digest: str | None = None,
    country: str | None = None,
    notice: Notice | None = None,
    objected_to: str | None = None,
) -> Form:
    """The form of the receipt for an act that is not recorded yet.

    Args:
        kind: what is done.
        actor: by whom.
        data: what the entry will say.
        pack: as `draft` has it, and the others.
        digest: of the pack.
        country: of the person.
        notice: that was shown.
        objected_to: purpose of an objection that ends.

    Raises: as `draft`.
    """
    act = _act(kind, data, objected_to)
    setting = _setting(pack, act.setting) if isinstance(act, parts.SettingAct) else None
    digest = digest or pack_digest(pack)
    covers = data.get("covers") if setting else None
    purposes = _purposes(pack, act, setting) if covers is None else tuple(covers)
    scope = _scope(pack, digest, purposes, country)
    effect = effect_of(pack, act, scope, data.get("reaches"))
    under_gdpr = scope.country is not None and scope.country in regions().sets["EEA"]
    name = parts.PackName(id=pack.id, digest=digest)
    told = sentences(act, actor, scope, effect, name, notice)
    titles: dict[str, Mapping[str, str]] = {data["setting"]: setting.title} if setting else {}
    return Form(
        format=FORMAT,
        receipt=parts.FORMAT,
        actor=cast("Any", actor),
        kind=kind.value,
        setting=act.setting if isinstance(act, parts.SettingAct) else None,
        value=act.value if isinstance(act, parts.SettingAct) else None,
        purpose=act.purpose if isinstance(act, parts.ObjectionAct) else None,
        pack=name,
        covers=scope,
        effect=effect,
        aipref=aipref(act, actor, scope.purposes),
        dpv=dpv(act, scope, under_gdpr=under_gdpr),
        notice=notice,
        sentences={language: tuple(_open(one, language, titles) for one in told) for language in LANGUAGES},
        dates={language: dates_in(Catalogue(language)) for language in LANGUAGES},
    )


def _open(one: Statement, language: str, titles: Mapping[str, Mapping[str, str]]) -> str:
    """A sentence with what the entry says left open."""
    names = {name: "recorded_at" if (one.code, name) == ("recorded", "at") else name for name in one.values}
    return leave_open(one, language, titles, {name: to for name, to in names.items() if to in OF_THE_ENTRY})


def _act(kind: Kind, data: Mapping[str, Any], objected_to: str | None) -> Act:
    match kind:
        case Kind.PREFERENCE_SET:
            return parts.SettingAct(kind="preference-set", setting=data["setting"], value=data["value"])
        case Kind.OBJECTION_RECEIVED:
            return parts.ObjectionAct(
                kind="objection-received", objection=data["objection"], purpose=data["purpose"] or None
            )
        case Kind.OBJECTION_WITHDRAWN:
            return parts.ObjectionAct(kind="objection-withdrawn", objection=data["objection"], purpose=objected_to)
        case Kind.ITEM_WITHHELD | Kind.ITEM_RELEASED:
            return parts.ItemAct(kind=cast("Any", kind.value), item=data["item"])
        case Kind.SEARCH_HIDDEN | Kind.SEARCH_SHOWN:
            return parts.SearchAct(kind=cast("Any", kind.value))
    raise UsageError(f"there is no receipt for an entry `{kind}`", hint=f"there is for {', '.join(ACKNOWLEDGED)}")


def _setting(pack: Pack, name: str) -> Setting:
    """The setting by its id or a former one."""
    for own, setting in pack.settings.items():
        if name in {own, *setting.aliases}:
            return setting
    raise UsageError(f"pack `{pack.id}` has no setting `{name}`{did_you_mean(name, pack.settings)}")


def _purposes(pack: Pack, act: Act, setting: Setting | None) -> tuple[str, ...]:
    """The purposes of the pack that an act is about."""
    if isinstance(act, parts.SearchAct):
        return ()
    if setting is not None:
        return tuple(purpose for purpose in pack.purposes if purpose in setting.governs)
    purpose = act.purpose if isinstance(act, parts.ObjectionAct) else None
    # as the definition has it, an objection to a purpose that nobody knows is one to all
    return tuple(one for one in pack.purposes if purpose not in PURPOSES or one == purpose)


def _scope(pack: Pack, digest: str, purposes: tuple[str, ...], country: str | None) -> parts.Scope:
    """As `scope_of`; it is the same for every act of one kind in one country."""
    key = (digest, purposes, country)
    if key not in _scopes:
        if len(_scopes) >= MOST_SCOPES:
            _scopes.clear()
        _scopes[key] = scope_of(pack, purposes, country)
    return _scopes[key]


def scope_of(pack: Pack, purposes: Iterable[str], country: str | None) -> parts.Scope:
    """What an act on some purposes is about: products, and the rule of the country where the person lives."""
    about = tuple(purposes)
    products = [
        parts.Product(product=name, title=one.title, purpose=one.purpose) for name, one in pack.products.items()
    ]
    code = normalise_country(country) if country else None
    return parts.Scope(
        purposes=about,
        products=tuple(one for one in products if one.purpose in about),
        not_covered=tuple(one for one in products if one.purpose not in about),
        country=code,
        grounds=tuple(_grounds(pack, about, code)) if code else (),
    )


def _grounds(pack: Pack, purposes: Iterable[str], country: str) -> Iterable[parts.Ground]:
    for purpose in purposes:
        for name, regime in pack.regimes.items():
            if purpose in regime.purposes and country in countries_of(pack, regime, purpose):
                yield parts.Ground(purpose=purpose, regime=name, basis=regime.basis)


def effect_of(pack: Pack, act: Act, scope: parts.Scope, recorded: parts.Reach | None = None) -> parts.Effect:
    """How far the act reaches; `recorded` is how far its entry says.

    An objection and an item that is held back keep old content out too, under every pack (tests 13 and 15 of the
    definition); only what a setting does is for the pack to say.
    """
    if isinstance(act, parts.SearchAct) or (not scope.purposes and isinstance(act, parts.SettingAct)):
        return parts.Effect(reaches=None, frees=None, does_not_undo=())
    if not refuses(act):
        frees = pack.opt_in.frees if isinstance(act, parts.SettingAct) else "everything"
        return parts.Effect(reaches=None, frees=frees, does_not_undo=())
    reaches = recorded or pack.opt_out.reaches
    if reaches == "collection" and not isinstance(act, parts.SettingAct):
        reaches = "training"
    undone: list[Undone] = []
    if reaches == "collection":
        undone.append("collected-before")
    if reaches != "models":
        undone.append("trained-before")
    return parts.Effect(reaches=reaches, frees=None, does_not_undo=(*undone, "written-before"))
