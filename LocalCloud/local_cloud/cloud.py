"""The whole local cloud: a local AWS, the project deployed to it, and the data plane."""

import asyncio
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from . import deploy
from .plane import DataPlane

PROGRAMS = Path(__file__).resolve().parents[1]


class Cloud:
    """Starts in steps, and stops whatever had been started, however far that was."""

    def __init__(self, log_folder, packages=None, check=False):
        self.packages, self.check = packages, check
        self.folder = Path(tempfile.mkdtemp(prefix="eventledger-cloud-"))
        self.log_folder = log_folder or self.folder
        self.log_folder.mkdir(parents=True, exist_ok=True)
        self.log = (self.log_folder / "cloud.log").open("w+b")
        self.aws = self.plane = self.deployment = None

    async def start(self, say):
        """`say` is told each step, for people who wait."""
        self.packages = self.packages or await deploy.packages(self.log)
        environment = deploy.clean_environment(os.environ)
        os.environ.clear()
        os.environ.update(environment)
        endpoint = await self.start_aws()
        deployment = deploy.Deployment(endpoint, self.folder, self.packages, self.log)
        say("applying tofu/bootstrap and tofu/environments/dev (about a minute)")
        await deployment.apply()
        self.deployment = deployment
        if self.check:
            say("a second plan must be empty")
            await deployment.check_nothing_is_left_to_do()
        say("starting the functions' data plane")
        self.plane = DataPlane(endpoint, deploy.REGION, self.log_folder)
        await self.plane.start()

    async def start_aws(self):
        self.aws = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAMS / "moto-server.py"), "--end-with-input",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=self.log)
        line = (await self.aws.stdout.readline()).decode()
        if not line:
            raise deploy.CommandFailed("the local AWS did not start")
        return line.split()[-1]

    @property
    def addresses(self):
        return {
            "api_url": self.plane.api_url, "control_url": self.plane.control_url,
            "aws_url": self.plane.endpoint, "region": deploy.REGION, "table": self.plane.table,
            "api_key": self.deployment.key,
            "logs": str(self.log_folder)}

    async def failure(self):
        """Waits until a part of the cloud ends by itself, which is an error."""
        ended = [asyncio.ensure_future(self.plane.failure()),
                 asyncio.ensure_future(self.aws.wait())]
        try:
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            if ended[0].done():
                ended[0].result()
            raise deploy.CommandFailed("a part of the local cloud ended")
        finally:
            for task in ended:
                task.cancel()

    async def stop(self):
        """Ends everything; with `check`, only after the deployment could be destroyed."""
        try:
            if self.plane:
                await self.plane.stop()
            if self.check and self.deployment:
                await self.deployment.destroy()
        finally:
            await self.stop_aws()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    async def stop_aws(self):
        """What was deployed is in its memory, and ends with it."""
        if self.aws is None:
            return
        with suppress(ProcessLookupError):
            self.aws.terminate()
        await self.aws.wait()
