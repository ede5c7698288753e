"""Every error that byleave raises on purpose.

    ByleaveError            exit 1
    ├── UsageError          exit 2   the command or call itself is wrong
    ├── PackError           exit 1   a policy pack cannot be read or contradicts itself
    ├── PolicyCheckError   exit 4   a pack was read and its cases or checks fail
    ├── InputError          exit 1   a table (items, register) cannot be read
    │   ├── UnknownError    exit 1   what is named is not there
    │   └── ConflictError   exit 1   what is asked contradicts what is recorded
    ├── RefusedError        exit 1   the run is refused, because it might overlook a refusal
    ├── OutputError         exit 1   the result cannot be written
    ├── LedgerError         exit 1   a ledger cannot be opened, or does not go on
    ├── MissingExtraError   exit 1   an optional part is not installed
    └── VerificationError   exit 3   something signed was read and does not hold

A message is lowercase, without full stop, names what and where, and puts the user's value in backticks; the hint
says how to mend it.
"""

from __future__ import annotations


class ByleaveError(Exception):
    """An error that a person can act on: `message` says what and where, `hint` how to mend it."""

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the message and the hint apart, so that each surface can lay them out."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message, and the hint on a line of its own."""
        return f"{self.message}\n  help: {self.hint}" if self.hint else self.message

    def as_json(self) -> dict[str, str | None]:
        """The same for a machine: `code`, `message`, `hint`."""
        return {"code": self.code, "message": self.message, "hint": self.hint}


class UsageError(ByleaveError):
    """The command or the call itself is wrong."""

    code = "usage"
    exit_code = 2


class PackError(ByleaveError):
    """A policy pack cannot be read or contradicts itself."""

    code = "pack"


class PolicyCheckError(ByleaveError):
    """A pack was read, and its checks or its cases fail."""

    code = "policy-check"
    exit_code = 4


class InputError(ByleaveError):
    """A table of items or of the register cannot be read."""

    code = "input"


class UnknownError(InputError):
    """What is named is not there: a member, a setting, an item, an entry."""

    code = "unknown"


class ConflictError(InputError):
    """What is asked contradicts what is recorded."""

    code = "conflict"


class RefusedError(ByleaveError):
    """The run is refused, because going on might overlook somebody's refusal."""

    code = "refused"


class OutputError(ByleaveError):
    """The result cannot be written."""

    code = "output"


class LedgerError(ByleaveError):
    """A ledger cannot be opened, or does not go on: whether what was under way is recorded is not known."""

    code = "ledger"


class MissingExtraError(ByleaveError):
    """An optional part of byleave is not installed."""

    code = "missing-extra"


class VerificationError(ByleaveError):
    """Something that was to be verified was read, and does not hold."""

    code = "verification"
    exit_code = 3
