"""What is deployed, read through the AWS APIs alone."""

import base64
import hashlib
import io
import json
import re
import stat
import urllib.request
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import boto3


# What Lambda sets itself and refuses to take from a configuration.
RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_(TASK_ROOT|RUNTIME_DIR)|AWS_(DEFAULT_)?REGION|"
    r"AWS_(ACCESS_KEY(_ID)?|SECRET_ACCESS_KEY|SESSION_TOKEN|EXECUTION_ENV)|AWS_LAMBDA_.*")


class DeploymentError(Exception):
    """What was deployed could not work on AWS either; the message says why."""


@dataclass
class Function:
    name: str
    arn: str
    role: str
    environment: dict
    timeout: float  # seconds
    memory: int  # MB
    reserved: int | None  # concurrent invocations
    package: bytes
    event_retries: int  # of an event that was queued and failed
    event_age: float  # seconds that an event may be queued
    statements: list = field(default_factory=list)  # of the resource policy


@dataclass
class Route:
    method: str
    path: str
    function: str  # ARN
    timeout: float  # seconds
    key: str


@dataclass
class API:
    id: str
    stage: str
    cors: dict | None
    throttle: tuple | None  # (requests a second, burst)
    routes: list


class ControlPlane:
    """Reads one account and region."""

    def __init__(self, endpoint, region):
        self.endpoint, self.region = endpoint, region
        self.client = lambda name: boto3.client(name, region_name=region, endpoint_url=endpoint)
        self.account = self.client("sts").get_caller_identity()["Account"]

    def pages(self, service, operation, key, **arguments):
        pages = self.client(service).get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(key, [])]

    def functions(self):
        """Every function by ARN."""
        found = self.pages("lambda", "list_functions", "Functions")
        return {f["FunctionArn"]: self.function(f["FunctionName"]) for f in found}

    def function(self, name):
        client = self.client("lambda")
        config = client.get_function_configuration(FunctionName=name)
        reserved = client.get_function_concurrency(FunctionName=name)
        environment = config.get("Environment", {}).get("Variables", {})
        if refused := [key for key in environment if RESERVED.fullmatch(key)]:
            raise DeploymentError(f"{name}: Lambda sets {refused} itself")
        retries, age = self.event_limits(client, name)
        return Function(
            name=name, arn=config["FunctionArn"], role=config["Role"], environment=environment,
            timeout=config["Timeout"], memory=config["MemorySize"],
            reserved=reserved.get("ReservedConcurrentExecutions"),
            package=self.package(client, name, config["CodeSha256"]),
            event_retries=retries, event_age=age,
            statements=self.resource_policy(client, name))

    def package(self, client, name, digest):
        """The function's zip, checked against its digest."""
        location = client.get_function(FunctionName=name)["Code"]["Location"]
        with urllib.request.urlopen(location) as answer:
            package = answer.read()
        if base64.b64encode(hashlib.sha256(package).digest()).decode() != digest:
            raise DeploymentError(f"{name}: the package is not the one that was deployed")
        return package

    def event_limits(self, client, name):
        """(retries, seconds in the queue) of events; Lambda's own where nothing is configured."""
        try:
            found = client.get_function_event_invoke_config(FunctionName=name)
        except client.exceptions.ResourceNotFoundException:
            found = {}
        return found.get("MaximumRetryAttempts", 2), found.get("MaximumEventAgeInSeconds", 21600)

    def resource_policy(self, client, name):
        try:
            return json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"]
        except client.exceptions.ResourceNotFoundException:
            return []

    def role_documents(self, role_arn):
        """The role's policy documents; DeploymentError unless Lambda may assume it."""
        iam, name = self.client("iam"), role_arn.rsplit("/", 1)[-1]
        try:
            role = iam.get_role(RoleName=name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            raise DeploymentError(f"no role {name}") from None
        documents = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in self.pages("iam", "list_role_policies", "PolicyNames", RoleName=name)]
        attached = self.pages(
            "iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
        for policy in attached:
            arn = policy["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
            documents.append(found["PolicyVersion"]["Document"])
        return role["AssumeRolePolicyDocument"], documents

    def api(self):
        """The one HTTP API."""
        client = self.client("apigatewayv2")
        apis = [a for a in client.get_apis()["Items"] if a["ProtocolType"] == "HTTP"]
        if len(apis) != 1:
            raise DeploymentError(f"{len(apis)} HTTP APIs where one is expected")
        api = apis[0]
        stages = client.get_stages(ApiId=api["ApiId"])["Items"]
        if len(stages) != 1:
            raise DeploymentError(f"{len(stages)} stages where one is expected")
        settings = stages[0].get("DefaultRouteSettings") or {}
        rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
        return API(
            id=api["ApiId"], stage=stages[0]["StageName"], cors=api.get("CorsConfiguration"),
            throttle=(rate, burst) if rate and burst else None,
            routes=self.routes(client, api["ApiId"]))

    def routes(self, client, api):
        found = self.pages("apigatewayv2", "get_integrations", "Items", ApiId=api)
        integrations = {i["IntegrationId"]: i for i in found}
        return [
            self.route(route, integrations)
            for route in self.pages("apigatewayv2", "get_routes", "Items", ApiId=api)]

    def route(self, route, integrations):
        key = route["RouteKey"]
        if route.get("AuthorizationType", "NONE") != "NONE":
            raise DeploymentError(f"{key}: authorizers are not served here")
        integration = integrations.get(route.get("Target", "").removeprefix("integrations/"))
        if integration is None:
            raise DeploymentError(f"{key}: its integration does not exist")
        if integration.get("PayloadFormatVersion") != "2.0":
            raise DeploymentError(f"{key}: payload format 2.0 is expected")
        method, _, path = key.partition(" ")
        uri = integration["IntegrationUri"]
        function = uri.split("/functions/")[-1].removesuffix("/invocations")
        milliseconds = integration.get("TimeoutInMillis") or 30_000
        return Route(method, path, function, min(milliseconds, 30_000) / 1000, key)

    def mappings(self):
        """The event source mappings of DynamoDB streams that are switched on."""
        found = self.pages("lambda", "list_event_source_mappings", "EventSourceMappings")
        return [
            m for m in found
            if ":dynamodb:" in m["EventSourceArn"] and m["State"] in ("Enabled", "Creating")]


def unpack(package, folder):
    """Writes the zip's files with their modes, as Lambda does; returns the bootstrap's path."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for entry in archive.infolist():
            target = archive.extract(entry, folder)
            if mode := stat.S_IMODE(entry.external_attr >> 16):
                Path(target).chmod(mode)
    return folder / "bootstrap"
