"""Roles that a service can't assume, which it refuses when it is given them."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from rolecall.aws.errors import AwsError
from rolecall.aws.passed_roles import passed_roles
from rolecall.aws.templates import values
from rolecall.sandbox.call import Call
from rolecall.sandbox.moto_gaps._assumption import can_assume
from rolecall.sandbox.moto_gaps._gap import Gap


class _Refusal(NamedTuple):
    """The error of a service for a role that it can't assume.

    Parameters
    ----------
    source
        The ARN of what the service assumes the role for, without partition, Region, and account.
    """

    code: str
    message: str
    source: str


_LAMBDA = _Refusal(
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
    "lambda:function:{FunctionName}",
)
_STATES = _Refusal(
    "AccessDeniedException",
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to "
    "assume the provided role.",
    "states:stateMachine:{name}",
)
_SCHEDULER = _Refusal(
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    "scheduler:schedule/{GroupName}/{Name}",
)
_PIPES = _Refusal(
    "ValidationException",
    "The role {role} can't be assumed by pipes.amazonaws.com. Check the trust policy of the role.",
    "pipes:pipe/{Name}",
)
_FIREHOSE = _Refusal(
    "InvalidArgumentException",
    "Firehose is unable to assume role {role}. Please check the role provided.",
    "firehose:deliverystream/{DeliveryStreamName}",
)
_GLUE = _Refusal(
    "InvalidInputException",
    "Service is unable to assume provided role. Please verify role's TrustPolicy.",
    "glue:crawler/{Name}",
)
_SAGEMAKER = _Refusal(
    "ValidationException",
    "Could not assume role {role}. Please ensure that the role exists and allows principal "
    "'sagemaker.amazonaws.com' to assume the role.",
    "sagemaker:*",
)
_CODEBUILD = _Refusal(
    "InvalidInputException",
    "CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The "
    "provided service role exists, 2) The role name is case-sensitive and matches exactly, and 3) The role "
    "has the necessary trust policy configured.",
    "codebuild:project/{name}",
)
_CLOUDTRAIL = _Refusal(
    "InvalidCloudWatchLogsRoleArnException",
    "Access denied. Check the trust relationships for your role.",
    "cloudtrail:trail/{Name}",
)
_CODEDEPLOY = _Refusal(
    "InvalidRoleException",
    "AWS CodeDeploy does not have the permissions required to assume the role {role}.",
    "codedeploy:deploymentgroup:{applicationName}/{deploymentGroupName}",
)
_RDS = _Refusal(
    "InvalidParameterValue",
    "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
    "rds:db:{DBInstanceIdentifier}",
)
_REFUSALS = {
    "lambda.CreateFunction": _LAMBDA,
    "lambda.UpdateFunctionConfiguration": _LAMBDA,
    # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
    "stepfunctions.CreateStateMachine": _STATES,
    "stepfunctions.UpdateStateMachine": _STATES,
    # https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    "scheduler.CreateSchedule": _SCHEDULER,
    "scheduler.UpdateSchedule": _SCHEDULER,
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html
    "pipes.CreatePipe": _PIPES,
    "pipes.UpdatePipe": _PIPES,
    # https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
    "firehose.CreateDeliveryStream": _FIREHOSE,
    # https://repost.aws/knowledge-center/glue-crawler-unable-to-assume-role
    "glue.CreateCrawler": _GLUE,
    "glue.UpdateCrawler": _GLUE,
    # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    "sagemaker.CreateModel": _SAGEMAKER,
    "sagemaker.CreateTrainingJob": _SAGEMAKER,
    "sagemaker.CreateProcessingJob": _SAGEMAKER,
    # https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html
    "codebuild.CreateProject": _CODEBUILD,
    "codebuild.UpdateProject": _CODEBUILD,
    # https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
    "codedeploy.CreateDeploymentGroup": _CODEDEPLOY,
    "codedeploy.UpdateDeploymentGroup": _CODEDEPLOY,
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html
    "cloudtrail.CreateTrail": _CLOUDTRAIL,
    "cloudtrail.UpdateTrail": _CLOUDTRAIL,
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    "rds.CreateDBInstance": _RDS,
    "rds.ModifyDBInstance": _RDS,
    # https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html
    "eks.CreateCluster": _Refusal(
        "InvalidParameterException",
        "Role with arn: {role}, could not be assumed because it does not exist or the trusted "
        "entity is not correct",
        "eks:cluster/{name}",
    ),
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    "ec2.CreateFlowLogs": _Refusal(
        "InvalidParameter", "Unable to assume given IAM role", "ec2:vpc-flow-log/*"
    ),
}


class AssumableRoles(Gap):
    """Lambda and others assume a role that they are given once, and refuse one that doesn't trust them."""

    operations = frozenset(_REFUSALS)
    rule = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html"

    def before(self, call: Call) -> None:
        """Raise the error of the service for a role that doesn't exist or doesn't trust it."""
        operation = call.operation
        refusal = _REFUSALS[call.name]
        for passed in passed_roles(operation.service, operation.name):
            for path in passed.roles:
                for value in values(operation.parameters, path):
                    role = self._arn(call, value) if passed.by_name else value
                    if not self._can_assume(call, passed.to, role, refusal.source):
                        raise AwsError(refusal.code, refusal.message.replace("{role}", role), 400)

    def _arn(self, call: Call, role: str) -> str:
        """Return the ARN of a role that is given by its ARN, its name, or its path and name."""
        if role.startswith("arn:"):
            return role
        named = self.runtime.iam.role_named(call.account, role.rpartition("/")[2])
        return named.arn if named else role

    def _can_assume(self, call: Call, service: str, arn: str, source: str) -> bool:
        prefix, _, path = source.partition(":")
        named = defaultdict(lambda: "default", call.operation.parameters)
        source_arn = f"arn:aws:{prefix}:{call.region}:{call.account}:{path.format_map(named)}"
        return can_assume(self.runtime, call, service, arn, source_arn)
