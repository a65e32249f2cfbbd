"""Random cases in which policies and requests meet often: few names, many ways to say them."""

from random import Random

ACCOUNTS = ["111122223333", "444455556666"]
SERVICES = ["ec2.amazonaws.com", "lambda.amazonaws.com"]
ACTIONS = [
    *("s3:GetObject", "s3:PutObject", "s3:ListAllMyBuckets", "sts:AssumeRole", "sts:GetCallerIdentity"),
    *("sqs:SendMessage", "kms:Decrypt", "dynamodb:GetItem", "iam:ListUsers", "iam:GetUser"),
]
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "s3:*",
    "S3:get*",
    "s3:?etObject",
    "sts:Assume*",
    "iam:List*",
    "k*".replace("k*", "kms:De*"),
]
RESOURCES = {
    "s3": ["arn:aws:s3:::acme/q1.csv", "arn:aws:s3:::acme/dana/q1:2.csv", "arn:aws:s3:::other/q1.csv"],
    "sts": [f"arn:aws:iam::{account}:role/reader" for account in ACCOUNTS],
    "sqs": [f"arn:aws:sqs:us-east-1:{account}:jobs" for account in ACCOUNTS],
    "kms": [f"arn:aws:kms:us-east-1:{account}:key/1" for account in ACCOUNTS],
    "dynamodb": [f"arn:aws:dynamodb:us-east-1:{account}:table/orders" for account in ACCOUNTS],
    "iam": [f"arn:aws:iam::{account}:user/dana" for account in ACCOUNTS],
}
RESOURCE_PATTERNS = [
    *(one for listed in RESOURCES.values() for one in listed),
    *("*", "arn:aws:s3:::acme/*", "arn:aws:s3:::*/q1.csv", "arn:aws:s3:::acme/${aws:username}/*"),
    *("arn:aws:*:us-east-1:*:*", "arn:aws:*", "arn:aws:iam::*:role/reader", "arn:aws:iam::111122223333:*"),
    *(
        "arn:aws:s?s:us-east-1:1111*:jobs",
        "arn:aws:s3:::${aws:PrincipalTag/team, 'acme'}/q1.csv",
        "arn:aws:*s:*:*:jobs",
    ),
    *(
        "arn:aws:s3:::acme/${*}",
        "arn:aws:s3:::acme/${$}",
        "arn:aws:dynamodb:*:table/orders",
        "arn:*:kms:*:*:key/?",
    ),
]
KEYS = {
    "aws:PrincipalTag/team": ["red", "blue", "Red", ""],
    "aws:SourceIp": ["203.0.113.9", "198.51.100.7", "2001:db8::1"],
    "aws:MultiFactorAuthPresent": ["true", "false"],
    "aws:MultiFactorAuthAge": ["9", "10", "300"],
    "aws:CurrentTime": ["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z"],
    "aws:TagKeys": ["team", "cost", "Team"],
    "s3:prefix": ["dana/", "", "eve/*"],
    "sts:ExternalId": ["order-66", "order-67"],
    "aws:SourceArn": ["arn:aws:sns:us-east-1:111122223333:alerts", "arn:aws:s3:::acme", "no-arn"],
}
VALUES = {
    "String": [
        "red",
        "blue",
        "order-*",
        "dana/",
        "*",
        "?ed",
        "${aws:PrincipalTag/team}",
        "${aws:username}",
        "${*}",
        "team",
        "",
    ],
    "Numeric": ["9", "10", "300.0", "ten"],
    "Date": ["2026-01-01T00:00:00Z", "2026-03-01", "1767225600"],
    "Bool": ["true", "false", "True"],
    "Ip": ["203.0.113.0/24", "198.51.100.7", "2001:db8::/32", "0.0.0.0/0"],
    "Arn": [
        "arn:aws:sns:*:*:alerts",
        "arn:aws:s3:::ac*",
        "*",
        "arn:aws:s*:*:111122223333:*",
        "arn:aws:iam::*:role/*",
    ],
}
OPERATORS = {
    "String": [
        *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        *("StringLike", "StringNotLike"),
    ],
    "Numeric": [
        f"Numeric{one}"
        for one in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ],
    "Date": [
        f"Date{one}"
        for one in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    ],
    "Bool": ["Bool"],
    "Ip": ["IpAddress", "NotIpAddress"],
    "Arn": ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
}
FAMILY_OF_KEY = {
    "aws:SourceIp": "Ip",
    "aws:MultiFactorAuthPresent": "Bool",
    "aws:MultiFactorAuthAge": "Numeric",
    "aws:CurrentTime": "Date",
    "aws:SourceArn": "Arn",
}


def principals(account: str) -> list[str]:
    return [
        f"arn:aws:iam::{account}:user/dana",
        f"arn:aws:iam::{account}:root",
        f"arn:aws:sts::{account}:assumed-role/reader/one",
        f"arn:aws:sts::{account}:federated-user/fred",
    ]


def random_case(random: Random) -> dict:
    """One case, in the form that `rolecall iam decide` reads."""
    request = random_request(random)
    case: dict = {"id": 0, "request": request}
    service = request["action"].split(":")[0]
    chance = random.random

    def several(with_principal: bool, least: int = 0) -> list[dict]:
        count = random.choice([least, 1, 1, 2])
        return [random_policy(random, with_principal, service) for _ in range(count)]

    if chance() < 0.85:
        case["identity_policies"] = several(False)
    if chance() < 0.6:
        case["resource_policy"] = random_policy(random, True, service)
    if chance() < 0.25:
        case["permissions_boundaries"] = several(False, 1)[:1]
    if chance() < 0.25:
        case["session_policies"] = several(False, 1)
    if chance() < 0.15:
        case["service_control_policies"] = [several(False) for _ in range(random.randint(1, 2))]
    if chance() < 0.1:
        case["resource_control_policies"] = [several(True, 1)]
    if chance() < 0.1:
        case["vpc_endpoint_policies"] = several(True, 1)
    return case


def random_request(random: Random) -> dict:
    account = random.choice(ACCOUNTS)
    principal = random.choice([*principals(account) * 3, *SERVICES, "anonymous"])
    action = random.choice(ACTIONS)
    resource = random.choice(RESOURCES[action.split(":")[0]])
    request = {"principal": principal, "action": action, "resource": resource, "context": {}}
    if action.startswith("s3:"):
        request["resource_account"] = random.choice(ACCOUNTS)
    for key, values in KEYS.items():
        if random.random() < 0.4:
            several = key in ("aws:TagKeys",)
            request["context"][key] = (
                random.choices(values, k=random.randint(1, 2)) if several else random.choice(values)
            )
    return request


def random_policy(random: Random, with_principal: bool, service: str) -> dict:
    statements = [
        random_statement(random, with_principal, service) for _ in range(random.choice([1, 1, 2, 3]))
    ]
    version = random.choice(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"])
    if len(statements) == 1 and random.random() < 0.5:
        return {"Version": version, "Statement": statements[0]}
    return {"Version": version, "Statement": statements}


def random_statement(random: Random, with_principal: bool, service: str) -> dict:
    trust = with_principal and service == "sts"
    statement: dict = {"Effect": random.choice(["Allow", "Allow", "Allow", "Deny"])}
    actions = [one for one in ACTION_PATTERNS if not trust or one.startswith("sts:")]
    near = [one for one in actions if one.lower().startswith((service, "*"))] or actions
    listed = random.sample(near if random.random() < 0.75 else actions, 1)
    negated = random.random() < 0.12
    statement["NotAction" if negated else "Action"] = random.choice([listed, listed[0]])
    if not trust:
        patterns = random.sample(RESOURCE_PATTERNS, random.choice([1, 2]))
        if random.random() < 0.4:
            patterns = ["*"]
        statement["NotResource" if random.random() < 0.12 else "Resource"] = patterns
    if with_principal:
        not_principal = not trust and random.random() < 0.12
        statement["NotPrincipal" if not_principal else "Principal"] = _principal_element(random)
    if random.random() < 0.4:
        statement["Condition"] = _condition(random)
    return statement


def _principal_element(random: Random):
    if random.random() < 0.2:
        return "*"
    account = random.choice(ACCOUNTS)
    names = [*principals(account), f"arn:aws:iam::{account}:role/reader", account, "*"]
    element: dict = {"AWS": random.sample(names, random.choice([1, 1, 2, 3]))}
    if random.random() < 0.3:
        element["Service"] = random.choice(SERVICES)
    return element


def _condition(random: Random) -> dict:
    block: dict = {}
    for _ in range(random.choice([1, 1, 2])):
        key = random.choice([*KEYS, "aws:username", "aws:PrincipalArn"])
        if random.random() < 0.12:
            block.setdefault("Null", {})[key] = random.choice(["true", "false"])
            continue
        family = FAMILY_OF_KEY.get(key, "String")
        operator = random.choice(OPERATORS[family])
        if random.random() < 0.2:
            operator += "IfExists"
        if random.random() < 0.2:
            operator = random.choice(["ForAllValues:", "ForAnyValue:"]) + operator
        cased = random.choice([key, key.upper() if "/" not in key else key])
        values = random.sample(VALUES[family], random.choice([1, 2]))
        block.setdefault(operator, {})[cased] = values if random.random() < 0.7 else values[0]
    return block
