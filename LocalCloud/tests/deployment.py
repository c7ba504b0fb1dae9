"""A small deployment on a local AWS, made with its own APIs."""

import io
import json
import sys
import zipfile
from pathlib import Path

import boto3

REGION, ACCOUNT = "eu-west-1", "123456789012"
TRUST = {"Statement": [{
    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [
        "lambda.amazonaws.com", "scheduler.amazonaws.com"]}}]}
ROUTES = ("GET /things/{thing}", "GET /things/special", "GET /things/{thing}/keys/{key+}",
          "POST /things", "GET /slow")
STREAM_ACTIONS = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
NO_SEEDS = {"dynamodb": {"NewImage": {"PK": {"S": [{"prefix": "LOG#"}]}}}, "eventName": ["INSERT"]}


def package(mode=0o755):
    """The test function's zip."""
    source = (Path(__file__).parent / "bootstrap.py").read_text()
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = mode << 16
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(entry, f"#!{sys.executable}\n{source}")
    return content.getvalue()


class Deployment:
    """Table, role, function, API, mapping and schedule; each call gets names of its own."""

    def __init__(self, endpoint):
        self.client = lambda name: boto3.client(name, region_name=REGION, endpoint_url=endpoint)

    def table(self):
        made = self.client("dynamodb").create_table(
            TableName="ledger", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": n, "AttributeType": "S"} for n in ("PK", "SK")],
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"},
                       {"AttributeName": "SK", "KeyType": "RANGE"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
        self.stream = made["TableDescription"]["LatestStreamArn"]
        self.table_arn = made["TableDescription"]["TableArn"]
        self.queue = self.client("sqs").create_queue(QueueName="failed")["QueueUrl"]

    def role(self, name="role", statements=None):
        queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"
        statements = statements if statements is not None else [
            {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:Query"],
             "Resource": self.table_arn},
            {"Effect": "Allow", "Action": "dynamodb:DeleteItem", "Resource": self.table_arn,
             "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["GC#*"]}}},
            {"Effect": "Allow", "Action": STREAM_ACTIONS, "Resource": self.stream},
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": queue},
            {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}]
        iam = self.client("iam")
        arn = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=json.dumps(
                {"Version": "2012-10-17", "Statement": statements}))
        return arn

    def function(self, name, role, timeout=300, reserved=None, mode=0o755, **environment):
        client = self.client("lambda")
        arn = client.create_function(
            FunctionName=name, Runtime="provided.al2023", Role=role, Handler="bootstrap",
            Code={"ZipFile": package(mode)}, Timeout=timeout, MemorySize=256,
            Environment={"Variables": {"EVENTLEDGER_TABLE": "ledger", **environment}},
        )["FunctionArn"]
        if reserved is not None:
            client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=reserved)
        return arn

    def api(self, function, routes=ROUTES, permission="*/*"):
        client = self.client("apigatewayv2")
        self.api_id = client.create_api(Name="api", ProtocolType="HTTP", CorsConfiguration={
            "AllowOrigins": ["https://console.example"], "AllowMethods": ["GET", "POST"],
            "AllowHeaders": ["authorization"], "MaxAge": 60})["ApiId"]
        client.create_stage(ApiId=self.api_id, StageName="$default", AutoDeploy=True)
        uri = (f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
               f"{function}/invocations")
        integration = client.create_integration(
            ApiId=self.api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri,
            PayloadFormatVersion="2.0", TimeoutInMillis=30000)["IntegrationId"]
        for key in routes:
            client.create_route(
                ApiId=self.api_id, RouteKey=key, Target=f"integrations/{integration}")
        self.client("lambda").add_permission(
            FunctionName=function, StatementId="api", Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.api_id}/{permission}")

    def mapping(self, function, **settings):
        self.client("lambda").create_event_source_mapping(
            EventSourceArn=self.stream, FunctionName=function, StartingPosition="TRIM_HORIZON",
            FilterCriteria={"Filters": [{"Pattern": json.dumps(NO_SEEDS)}]}, **{
                "BatchSize": 10, "MaximumRetryAttempts": 2, "BisectBatchOnFunctionError": True,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
                "DestinationConfig": {"OnFailure": {
                    "Destination": f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"}}, **settings})

    def schedule(self, function, role):
        self.client("scheduler").create_schedule(
            Name="sweep", ScheduleExpression="rate(1 minute)",
            FlexibleTimeWindow={"Mode": "OFF"}, State="ENABLED", Target={
                "Arn": function, "RoleArn": role, "Input": json.dumps({"eventledger": "sweep"})})

    def put(self, partition, sort):
        self.client("dynamodb").put_item(
            TableName="ledger", Item={"PK": {"S": partition}, "SK": {"S": sort}})

    def rows(self, prefix):
        found = self.client("dynamodb").scan(TableName="ledger")["Items"]
        return sorted(r["PK"]["S"] for r in found if r["PK"]["S"].startswith(prefix))
