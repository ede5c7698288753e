"""`byleave verify`: check offline what was signed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byleave.adapters.small_file import read_bytes
from byleave.cli.key import FOLDER
from byleave.cli.options import json_option, print_json
from byleave.kernel.errors import InputError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

_KINDS = "it verifies receipts, certificates of forgetting, and records of steps of staff"


@click.command("verify")
@click.argument("file", metavar="FILE")
@click.option(
    "--keys",
    metavar="RING",
    help=f"Key ring of who signed: a file, or a folder of keys. Default: {FOLDER}, if it is here.",
)
@click.option("--unsigned", is_flag=True, help="Check what a certificate says even if nobody has signed it.")
@click.option("--snapshot", metavar="DIR", help="A snapshot: was it made with this act in sight?")
@click.option("--lang", metavar="LANG", help="Language of the answer: en, de or fr. Default: that of your terminal.")
@json_option
def command(  # noqa: PLR0913 - the options of the command
    *, file: str, keys: str | None, unsigned: bool, snapshot: str | None, lang: str | None, as_json: bool
) -> None:
    """Verify FILE without asking anybody, and say what was checked.

    It is a receipt, a certificate of forgetting, or the record of a step of staff.

    Ends with exit code 3 if it does not hold, or if the snapshot was not made with the act in sight.
    """
    from byleave.adapters.certificate_files import certificate_in

    with _kinds_told():
        certificate_in(Path(file))
    if _certificate(file, keys, snapshot, unsigned=unsigned, as_json=as_json):
        return
    if unsigned:
        raise UsageError(f"`{file}` is no certificate of forgetting", hint="leave --unsigned out: it must be signed")
    if _step(file, keys, snapshot, as_json=as_json):
        return
    from byleave.adapters.receipt_files import verify_file
    from byleave.proof.verification import read_receipt
    from byleave.receipts.page import comparison_sentences, page, problem_sentence
    from byleave.text.catalogue import SOURCE_LANGUAGE, Catalogue, language_of

    language = Catalogue(lang).language if lang else language_of(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    with _kinds_told():
        # before it is asked whose signature it is
        read_receipt(read_bytes(Path(file)), file)
    found = verify_file(file, keys=_ring(keys), snapshot=snapshot)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo("\n".join(page(found, language)))
    if not found.verified:
        raise VerificationError(f"`{file}` is not verified: {_lower(problem_sentence(found, SOURCE_LANGUAGE))}")
    if found.comparison is not None and not found.comparison.seen:
        told = " ".join(comparison_sentences(found.comparison, SOURCE_LANGUAGE))
        raise VerificationError(f"`{snapshot}` does not show that the act was seen: {_lower(told)}")


@contextmanager
def _kinds_told() -> Iterator[None]:
    """Say which kinds of files are verified, where a file is none of them."""
    try:
        yield
    except InputError as error:
        raise InputError(error.message, hint=_KINDS) from None


def _certificate(file: str, keys: str | None, snapshot: str | None, *, unsigned: bool, as_json: bool) -> bool:
    """Verify the file of a certificate; False where it is that of something else. Raises: VerificationError."""
    from byleave.adapters.certificate_files import verify_certificate_file
    from byleave.cli.certificate_words import certificate_lines, problem_words

    ring = Path(keys) if keys is not None else Path(FOLDER) if Path(FOLDER).is_dir() else None
    found = verify_certificate_file(Path(file), ring, unsigned=unsigned)
    if found is None:
        return False
    if snapshot is not None:
        hint = "to train it again and compare: byleave model audit DIR --snapshot DIR"
        raise UsageError("a certificate is not about what a snapshot has seen", hint=hint)
    if as_json:
        print_json(found.as_json())
    elif found.checked is not None and found.problem is None:
        for line in certificate_lines(found):
            click.echo(line)
    if found.problem is not None:
        raise VerificationError(f"`{file}` is not verified: {problem_words(found.problem)}")
    return True


def _step(file: str, keys: str | None, snapshot: str | None, *, as_json: bool) -> bool:
    """Verify the signed record of a step of staff; False where it is that of something else."""
    from byleave.adapters.key_files import read_ring
    from byleave.cases.record import is_record, read_record
    from byleave.proof.strict_json import read_json

    data = read_bytes(Path(file))
    try:
        if not is_record(read_json(data, f"`{file}`")):
            return False
    except InputError:
        return False
    if snapshot is not None:
        raise UsageError("the record of a step is not about what a snapshot has seen")
    told = read_record(data, read_ring(_ring(keys)), file)
    if as_json:
        print_json(told)
    else:
        for name, value in told.items():
            click.echo(f"{name}: {value}")
    return True


def _ring(keys: str | None) -> Path:
    if keys is not None:
        return Path(keys)
    if not Path(FOLDER).is_dir():
        raise UsageError("whose signature is it? name a key ring with --keys", hint="the platform publishes its own")
    return Path(FOLDER)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
