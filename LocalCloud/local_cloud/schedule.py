"""The schedules: EventBridge's rules and EventBridge Scheduler's."""

import asyncio
import json
import re
import time
import uuid
from dataclasses import dataclass

from .control_plane import DeploymentError
from .functions import Throttled
from .iam import Call, allowed, service_may

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass
class Schedule:
    name: str
    period: int  # seconds
    function: str  # ARN
    payload: str | None  # None: EventBridge's own event
    arn: str


def period(name, expression):
    match = RATE.fullmatch(expression)
    if match is None:
        raise DeploymentError(f"{name}: only rate(…) is served here, not {expression}")
    return int(match[1]) * SECONDS[match[2]]


def deployed(plane, functions):
    """Every schedule that rings a function, after a look at its permission."""
    return [*rules(plane, functions), *schedules(plane, functions)]


def rules(plane, functions):
    client = plane.client("events")
    for rule in client.list_rules()["Rules"]:
        if rule["State"] != "ENABLED" or "ScheduleExpression" not in rule:
            continue
        for target in client.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            if target["Arn"] not in functions:
                raise DeploymentError(f"{rule['Name']}: its target does not exist")
            call = Call("lambda:InvokeFunction", target["Arn"], {"aws:sourcearn": [rule["Arn"]]})
            statements = functions[target["Arn"]].statements
            if not service_may(statements, "events.amazonaws.com", call):
                raise DeploymentError(f"{rule['Name']} may not invoke its target")
            yield Schedule(
                rule["Name"], period(rule["Name"], rule["ScheduleExpression"]),
                target["Arn"], target.get("Input"), rule["Arn"])


def schedules(plane, functions):
    client = plane.client("scheduler")
    for entry in client.list_schedules()["Schedules"]:
        found = client.get_schedule(Name=entry["Name"], GroupName=entry["GroupName"])
        if found["State"] != "ENABLED":
            continue
        target = found["Target"]
        if target["Arn"] not in functions:
            raise DeploymentError(f"{found['Name']}: its target does not exist")
        trust, documents = plane.role_documents(target["RoleArn"])
        context = {"aws:sourcearn": [found["Arn"]], "aws:sourceaccount": [plane.account]}
        trusted = service_may(
            trust["Statement"], "scheduler.amazonaws.com", Call("sts:AssumeRole", "*", context))
        if not trusted or not allowed(documents, Call("lambda:InvokeFunction", target["Arn"])):
            raise DeploymentError(f"{found['Name']}: its role may not invoke its target")
        yield Schedule(
            found["Name"], period(found["Name"], found["ScheduleExpression"]),
            target["Arn"], target.get("Input"), found["Arn"])


class Clock:
    """Rings the schedules, each at its rate and whenever a test asks."""

    def __init__(self, schedules, pools, region, account):
        self.schedules, self.pools = schedules, pools
        self.region, self.account = region, account

    async def run(self):
        await asyncio.gather(*(self.repeat(schedule) for schedule in self.schedules))

    async def repeat(self, schedule):
        while True:
            await asyncio.sleep(schedule.period)
            await self.ring(schedule)

    async def ring_all(self):
        """Runs every schedule once: [{name, error}]."""
        return [await self.ring(schedule) for schedule in self.schedules]

    async def ring(self, schedule):
        payload = schedule.payload or json.dumps(self.event(schedule))
        try:
            outcome = await self.pools[schedule.function].invoke(payload.encode(), "schedule")
        except Throttled:
            return {"name": schedule.name, "error": "Throttled"}
        return {"name": schedule.name, "error": outcome.error,
                "answer": outcome.payload.decode(errors="replace")}

    def event(self, schedule):
        return {
            "version": "0", "id": str(uuid.uuid4()), "detail-type": "Scheduled Event",
            "source": "aws.events", "account": self.account, "region": self.region,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "resources": [schedule.arn], "detail": {}}
