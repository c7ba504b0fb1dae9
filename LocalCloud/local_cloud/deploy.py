"""Applies the project's configuration to the local AWS, with state and data of its own.

The configuration is the one that users apply; only variables say that this AWS is a local one.
"""

import asyncio
import base64
import hashlib
import json
import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-1"
FUNCTIONS = ("admin", "publish", "poll", "compactor", "push")
# How long a tool that is told to stop may take, seconds.
PATIENCE = 10
# How long a tool may take, seconds: the provider retries for far longer what can never succeed.
LIMIT = {"tofu": 300, "build": 3600}
# Throttles are for the internet, not for tests.
THROTTLE = 5000


class CommandFailed(Exception):
    """A command that the cloud needs failed; the message ends with what it said."""


def clean_environment(environment):
    """An environment without anything in it that leads to a real account."""
    kept = {
        name: value for name, value in environment.items()
        if not name.startswith(("AWS_", "TF_")) or name == "TF_CLI_CONFIG_FILE"}
    return kept | {
        "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true"}


async def run(command, environment, log, limit):
    """Runs a command with its output in the log; ends it when this task is cancelled.

    CommandFailed when it fails or takes longer than the limit (seconds).
    """
    start = log.tell()
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
        stdout=log, stderr=log, start_new_session=True)
    try:
        await asyncio.wait_for(asyncio.shield(process.wait()), limit)
    except TimeoutError:
        pass
    finally:
        await end(process)
    if process.returncode != 0:
        log.seek(start)
        said = log.read().decode(errors="replace")[-4000:]
        raise CommandFailed(
            f"{' '.join(map(str, command))}: exit status {process.returncode}\n{said}")


async def end(process):
    """Ends a process that leads a group, and its group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE)


def new_key():
    """An operator's API key, as `eventledger key new` makes one."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    return f"elk_{secrets.token_hex(8)}_{secret}"


class Deployment:
    """`tofu/bootstrap` and `tofu/environments/dev` on the AWS at `endpoint`."""

    def __init__(self, endpoint, folder, packages, log):
        self.folder, self.packages, self.log = folder, packages, log
        self.key = new_key()
        self.environment = clean_environment(os.environ) | {"AWS_ENDPOINT_URL": endpoint}

    async def apply(self):
        await self.tofu("bootstrap", "init", "-input=false")
        await self.tofu("bootstrap", "apply", *self.bootstrap_options())
        bucket = json.loads((self.folder / "bootstrap.tfstate").read_text())
        bucket = bucket["outputs"]["bucket"]["value"]
        await self.tofu(
            "environments/dev", "init", "-input=false", f"-backend-config=bucket={bucket}",
            "-backend-config=key=dev.tfstate", f"-backend-config=region={REGION}")
        await self.tofu("environments/dev", "apply", "-auto-approve", "-input=false")

    async def check_nothing_is_left_to_do(self):
        """CommandFailed unless a second plan is empty."""
        await self.tofu("environments/dev", "plan", "-input=false", "-detailed-exitcode")

    async def destroy(self):
        await self.tofu("environments/dev", "destroy", "-auto-approve", "-input=false")

    def bootstrap_options(self):
        # Its state is a local file, which must not be that of a real account.
        return "-auto-approve", "-input=false", f"-state={self.folder / 'bootstrap.tfstate'}"

    async def tofu(self, part, *arguments):
        variables = {"region": REGION}
        if part != "bootstrap":
            variables |= {
                "emulated": "true", "packages": str(self.packages), "webhooks": "true",
                "root_key_hash": hashlib.sha256(self.key.encode()).hexdigest(),
                "throttle_rate": str(THROTTLE), "throttle_burst": str(THROTTLE),
                "requests_per_second": str(THROTTLE)}
        environment = self.environment | {
            f"TF_VAR_{name}": value for name, value in variables.items()}
        environment["TF_CLI_ARGS"] = "-no-color"
        environment["TF_DATA_DIR"] = str(self.folder / part.replace("/", "-"))
        await run([ROOT / "scripts" / "tofu.sh", part, *arguments], environment, self.log, LIMIT["tofu"])


async def packages(log):
    """The folder of the functions' packages, built when one is missing."""
    folder = ROOT / ".build" / "lambda"
    if not all((folder / f"{name}.zip").exists() for name in FUNCTIONS):
        await run([ROOT / "justw", "build-lambda"], dict(os.environ), log, LIMIT["build"])
    return folder
