"""The service principals of AWS.

AWS publishes no list of them. A name counts as one if the word before ``amazonaws.com`` is the prefix of a
service in the Service Authorization Reference, or one of the words that AWS's documentation and the AWS
managed policies have in addition.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
"""

from __future__ import annotations

import re
from functools import cache

from rolecall._reference import services
from rolecall.aws.regions import is_region

# A few services have other domains, such as alexa-appkit.amazon.com.
_OTHER_DOMAINS = re.compile(r"[a-z0-9.-]+\.(amazon\.com|aws\.internal)")
_FURTHER = """
airflow-env alexa-appkit amazonmq aoss app-integrations application-cost-profiler
application-insights application-status-checks appstream2 arczonalshift aws-artifact-account-sync
aws-connector aws-mcp aws-opsworks awslicensemanager backup-gateway backup-storage bcm
billingconsole billingreports capacitymanager cassandra-streams cloudcontrolapi cloudhsmv2
cloudwatch-crossaccount codecatalyst-runner codestar codestar-notifications cognito-identity-us-gov
config-conforms config-multiaccountsetup connectparticipant contact-lens costalerts
customer-profiles datazonecontrol deeplens diode directoryservice dlm dms-data-migrations
dms-fleet-advisor dnssec-route53 docdb docdb-elastic ebs ec2-images ec2-instance-connect
ec2fastlaunch ec2fleet ec2scheduled ec2sqlha ecs-compute ecs-tasks edgelambda eks-connector
eks-fargate eks-fargate-pods eks-nodegroup email emrwal evidently freertos identity-chime
integrations iotanalytics iotdata iotevents iotfleethub iotroborunner iotsitewise iotthingsgraph
jellyfish kafkaconnect lexv2 loadbalancer location lookoutequipment lookoutmetrics lookoutvision
macie mail-manager managed-blockchain managedservices marketplace marketplace-mcp master-account
mediastore member-account memory-db metering-marketplace migrationhub mobilehub mobiletargeting
monitoring msk neptune nimble opensearchservice opsworks opsworks-cm osis-pipelines outposts
partnercentral-account partnercentral-benefits partnercentral-channel partnercentral-selling
pinpoint purchaseorders qldb rds-preview robomaker route53-recovery-control route53resolver
s3-control sdmp securityhubv2 servicecatalog-appregistry sms sms-voice spot spotfleet ssm-quicksetup
sumerian supplychain transitgateway user-attribute-cost-allocation-data verified-access vmie
voice-chime voice-id voiceid vpc-flow-logs wam wisdom workmail
"""
_SUFFIXES = (".amazonaws.com", ".amazonaws.com.cn")


def is_service_principal(name: str) -> bool:
    """Whether a name is that of an AWS service, also of one in a Region.

    Parameters
    ----------
    name
        What the ``Service`` of a principal says, such as ``ec2.amazonaws.com``.
    """
    suffix = next((one for one in _SUFFIXES if name.endswith(one)), None)
    if suffix is None:
        return _OTHER_DOMAINS.fullmatch(name) is not None
    words = name.removesuffix(suffix).split(".")
    if len(words) > 1 and is_region(words[-1]):
        words.pop()
    return all(re.fullmatch(r"[a-z0-9-]+", word) for word in words) and words[-1] in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(_FURTHER.split()) | services()
