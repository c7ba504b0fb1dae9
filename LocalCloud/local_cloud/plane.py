"""The data plane: serves what is deployed, until it is stopped."""

import asyncio
import urllib.parse
from contextlib import suppress

from . import gateway, http1, schedule
from .control import Control
from .control_plane import ControlPlane, DeploymentError
from .functions import Pool, process_environment
from .iam import Call, service_may
from .invocations import EVENT_LIMIT, Invocations
from .stream import Mapping, Streams
from .table_proxy import TableProxy


class DataPlane:
    """Reads the deployment from `endpoint` when it starts; what changes later is not seen."""

    def __init__(self, endpoint, region, log_folder):
        self.endpoint, self.region, self.log_folder = endpoint, region, log_folder
        self.pools, self.mappings, self.tasks = {}, [], []
        self.servers, self.invocations = [], None

    async def start(self, port=0):
        self.control_plane = await asyncio.to_thread(ControlPlane, self.endpoint, self.region)
        functions = await asyncio.to_thread(self.control_plane.functions)
        documents = await asyncio.to_thread(self.role_documents, functions)
        await self.start_proxy(documents)
        await self.start_invocations(documents)
        for arn, function in functions.items():
            self.pools[arn] = Pool(function, self.environment(), self.log_folder)
        await self.start_stream(documents)
        await self.start_clock(functions)
        await self.start_gateway(port)
        control = await http1.Server(Control(self).handle).start()
        self.servers.append(control)
        self.control_url = f"http://127.0.0.1:{control.port}"

    def role_documents(self, functions):
        """Each role's policies, once it is known that Lambda may assume it."""
        documents = {}
        for function in functions.values():
            trust, found = self.control_plane.role_documents(function.role)
            context = {"aws:sourceaccount": [self.control_plane.account]}
            call = Call("sts:AssumeRole", "*", context)
            if not service_may(trust["Statement"], "lambda.amazonaws.com", call):
                raise DeploymentError(f"{function.name}: Lambda may not assume its role")
            documents[function.role] = found
        return documents

    async def start_proxy(self, documents):
        address = urllib.parse.urlsplit(self.endpoint)
        self.proxy = TableProxy(
            address.hostname, address.port, self.region, self.control_plane.account,
            self.instance, documents)
        server = await http1.Server(self.proxy.handle, limit=32 * 1024 * 1024).start()
        self.servers.append(server)
        self.table_url = f"http://127.0.0.1:{server.port}"

    async def start_invocations(self, documents):
        self.invocations = Invocations(self.region, self.pools, self.instance, documents)
        server = await http1.Server(self.invocations.handle, limit=EVENT_LIMIT).start()
        self.servers.append(server)
        self.lambda_url = f"http://127.0.0.1:{server.port}"

    def environment(self):
        return process_environment(
            self.endpoint, self.table_url, self.lambda_url, self.region)

    def instance(self, access_key):
        """The living instance with this access key."""
        found = (pool.by_access_key(access_key) for pool in self.pools.values())
        return next((instance for instance in found if instance), None)

    async def start_stream(self, documents):
        address = urllib.parse.urlsplit(self.endpoint)
        for settings in await asyncio.to_thread(self.control_plane.mappings):
            pool = self.pools[settings["FunctionArn"]]
            streams = Streams(address.hostname, address.port, self.region)
            mapping = Mapping(
                settings, pool, streams, documents[pool.function.role], self.send_failure)
            await mapping.open()
            self.mappings.append(mapping)
            self.background(mapping.run())

    async def send_failure(self, queue, body):
        def send():
            client = self.control_plane.client("sqs")
            url = client.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=body)

        await asyncio.to_thread(send)

    async def start_clock(self, functions):
        found = await asyncio.to_thread(schedule.deployed, self.control_plane, functions)
        self.clock = schedule.Clock(found, self.pools, self.region, self.control_plane.account)
        self.background(self.clock.run())

    async def start_gateway(self, port):
        api = await asyncio.to_thread(self.control_plane.api)
        front = gateway.Gateway(api, self.pools, self.region, self.control_plane.account)
        server = await http1.Server(
            front.handle, limit=gateway.BODY_LIMIT, refusal=gateway.refusal).start(port)
        self.servers.append(server)
        stage = "" if api.stage == "$default" else f"/{api.stage}"
        self.api_url = f"http://127.0.0.1:{server.port}{stage}"

    def background(self, work):
        self.tasks.append(asyncio.create_task(work))

    async def failure(self):
        """Waits for the first background task that fails, and raises its error."""
        await asyncio.gather(*self.tasks)

    @property
    def by_name(self):
        return {pool.function.name: pool for pool in self.pools.values()}

    @property
    def table(self):
        """The table that the functions are told to use."""
        return self.by_name[self.find("publish")].function.environment["EVENTLEDGER_TABLE"]

    def find(self, name):
        """A function's full name by its last word: publish for eventledger-dev-publish."""
        found = [n for n in self.by_name if n == name or n.endswith(f"-{name}")]
        if len(found) != 1:
            raise ValueError(f"{name}: one of {sorted(self.by_name)} is expected")
        return found[0]

    async def stop(self):
        for server in self.servers:
            await server.stop()
        for task in self.tasks:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
        if self.invocations:
            await self.invocations.stop()
        for pool in self.pools.values():
            await pool.stop()
