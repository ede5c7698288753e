"""`byleave`: the entry point. Commands are imported only when they are called, so that help answers at once."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from byleave.kernel.errors import ByleaveError, OutputError, UsageError

if TYPE_CHECKING:
    from types import FrameType

COMMANDS = {
    "account": ("byleave.cli.account", "Make accounts of members and staff."),
    "canary": ("byleave.cli.canary", "Alarm when builds no longer see what people choose."),
    "check": ("byleave.cli.check", "Say what of a person's own archive AI may be trained on, and what they can do."),
    "corpus": ("byleave.cli.corpus", "Say how alike the texts of a corpus are, over time."),
    "demo": ("byleave.cli.demo", "See it all on a made-up platform, on this machine, in under a minute."),
    "explain": ("byleave.cli.explain", "Say in plain words why an item is in or left out."),
    "feed": ("byleave.cli.feed", "Fill the small platform that comes with the server, and write its items."),
    "forget": ("byleave.cli.forget", "Take members out of a trained model, exactly, with a certificate."),
    "gate": ("byleave.cli.gate", "Turn a corpus and people's choices into the snapshot you may train on."),
    "guide": ("byleave.cli.guide", "Tell a person what applies to them on a platform, and what they can do."),
    "key": ("byleave.cli.key", "Make, rotate and show the keys that sign receipts."),
    "ledger": ("byleave.cli.ledger.group", "Look at the ledger, the record of what people chose."),
    "migrate": ("byleave.cli.migrate", "Make a ledger's database, or bring it up to date."),
    "model": ("byleave.cli.model", "Record models that were trained elsewhere, show models, and recompute them."),
    "notice": ("byleave.cli.notice", "Send notices to members, with evidence in the ledger."),
    "objection": ("byleave.cli.objection", "Look after the objections that people hand in."),
    "policy": ("byleave.cli.policy", "List, show, check and test policy packs."),
    "revocation": ("byleave.cli.revocation", "Call back items of snapshots that were given away."),
    "serve": ("byleave.cli.serve", "Serve the API and members' pages."),
    "snapshot": ("byleave.cli.snapshot", "Show and record snapshots, and say whether one may still be trained on."),
    "talent": ("byleave.cli.talent", "Search for people, and record whether somebody wants to be found."),
    "token": ("byleave.cli.token", "Make, rotate and revoke the tokens of services."),
    "trace": ("byleave.cli.trace", "Say what was used, by which model, and who has left since."),
    "train": ("byleave.cli.train", "Train a product on a snapshot that may still be used."),
    "verify": ("byleave.cli.verify", "Verify a receipt, or a certificate of forgetting, offline."),
}
EXIT_CODES = "Exit codes: 0 done, 1 error, 2 wrong usage, 3 verification failed, 4 policy check failed."


class LazyGroup(click.Group):
    """Knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, for help and completion."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in sorted(COMMANDS.items())])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a misspelt one."""
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], list(COMMANDS), n=1)
            did = f", did you mean `{near[0]}`?" if near else ""
            message = f"there is no command `{args[0]}`{did}"
            raise click.UsageError(message, ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="byleave", message="byleave %(version)s")
def group() -> None:
    """The consent layer for AI training data.

    Train on what members share only by their leave, and prove it.
    """


def main() -> None:
    """Run a command; turn every error into one message on stderr and its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a character shows another
            stream.reconfigure(errors="replace")
    try:
        group.main(prog_name="byleave", standalone_mode=False)
        _flush()
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        _tell(_usage(error))
        sys.exit(2)
    except ByleaveError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _tell(ByleaveError("stopped; nothing unfinished is left behind"))
        sys.exit(1)
    except BrokenPipeError:
        # the reader of our output has gone, as with `| head`; say nothing more into the closed pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        place = f" `{error.filename}`" if error.filename else ""
        _tell(OutputError(f"{(error.strerror or str(error)).lower()}{place}"))
        sys.exit(1)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    """Stop as Ctrl-C does, so that a run that is told to end cleans up behind itself."""
    raise KeyboardInterrupt


def _flush() -> None:
    """Find out now, and not at the very end, that the output cannot be written."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _usage(error: click.ClickException) -> UsageError:
    """What click says, as byleave says it."""
    message = re.sub(r"'([^']*)'", r"`\1`", _message(error)).rstrip(".")
    message = message.replace("is not a valid integer range", "is not a whole number").replace(
        "integer", "whole number"
    )
    told, _, near = message.partition(" Did you mean ")
    words = told[:1].lower() + told[1:].rstrip(".") + (f", did you mean {near}" if near else "")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return UsageError(words, hint=f"see `{context.command_path} --help`" if context else None)


def _message(error: click.ClickException) -> str:
    """What click says; of options that are missing, all of them and not the first alone."""
    if isinstance(error, click.MissingParameter) and error.ctx is not None and isinstance(error.param, click.Option):
        given = {word.partition("=")[0] for word in sys.argv}
        options = [one for one in error.ctx.command.params if isinstance(one, click.Option) and one.required]
        missing = [one.opts[0] for one in options if not given & set(one.opts)]
        if len(missing) > 1:
            return "Missing options " + ", ".join(f"'{one}'" for one in missing)
    return error.format_message()


def _tell(error: ByleaveError) -> None:
    if "--json" in sys.argv:
        import json

        click.echo(json.dumps({"error": error.as_json()}), err=True)
        return
    click.echo(f"error: {error.message}", err=True)
    if error.hint:
        click.echo(f"  help: {error.hint}", err=True)


if __name__ == "__main__":
    main()
