"""The commands: run in the foreground, or start and stop in the background."""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from .background import Background
from .cloud import Cloud
from .control_plane import DeploymentError
from .deploy import CommandFailed


def main():
    options = arguments()
    if options.command == "run":
        sys.exit(asyncio.run(run(options)))
    background = Background(options.state)
    if options.command == "stop":
        sys.exit(background.stop())
    forwarded = [f"--packages={options.packages}"] if options.packages else []
    sys.exit(background.start(forwarded + ["--check"] * options.check))


def arguments():
    parser = argparse.ArgumentParser(prog="local-cloud.sh", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, help_text in (
            ("run", "serve until Ctrl-C or SIGTERM"),
            ("start", "serve in the background; prints and writes the addresses"),
            ("stop", "end what start began")):
        command = commands.add_parser(name, help=help_text)
        command.add_argument(
            "--state", type=Path, required=name != "run",
            help="file that holds process id and addresses while the cloud serves")
        if name == "stop":
            continue
        command.add_argument(
            "--packages", type=Path, help="folder of the functions' zips; built when left out")
        command.add_argument(
            "--check", action="store_true",
            help="the second plan must be empty, and at the end destroying must succeed")
    return parser.parse_args()


def say(text):
    print(f"local-cloud: {text}", file=sys.stderr, flush=True)


async def run(options):
    """Serves until a signal comes; the exit status."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    logs = options.state and options.state.with_suffix(".logs").absolute()
    cloud = Cloud(logs, options.packages and options.packages.absolute(), options.check)
    try:
        return await serve(cloud, told, options.state)
    finally:
        say("stopping")
        await cloud.stop()
        if options.state:
            options.state.unlink(missing_ok=True)


async def serve(cloud, told, state):
    """Starts, waits for the signal or a failure; the exit status."""
    stop = asyncio.ensure_future(told.wait())
    try:
        if not await unless(stop, cloud.start(say)):
            return 130
        show(cloud.addresses, state)
        await unless(stop, cloud.failure())
    except (CommandFailed, DeploymentError, OSError) as error:
        say(f"failed: {error}")
        return 1
    finally:
        stop.cancel()
    return 0


async def unless(stop, work):
    """Does the work, and true; or cancels it when `stop` comes first, and false."""
    work = asyncio.ensure_future(work)
    await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
    if work.done():
        work.result()
        return True
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    return False


def show(addresses, state):
    """Prints the addresses; the state file appears whole or not at all."""
    for name in ("api_url", "api_key", "control_url", "aws_url"):
        print(f"{name:12} {addresses[name]}", flush=True)
    if state:
        half = state.with_name(state.name + ".new")
        half.write_text(json.dumps({"pid": os.getpid(), **addresses}, indent=2) + "\n")
        half.replace(state)


if __name__ == "__main__":
    main()
