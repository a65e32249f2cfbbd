// Asks the sandbox what the AWS SDK for JavaScript v3 is asked to by its one argument, a JSON list of calls,
// and prints what came of each. Credentials come from the environment, as the SDK finds them by itself.

import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";

const region = process.env.AWS_REGION;
const s3 = (credentials) => new S3Client({ region, forcePathStyle: true, credentials });

const ASK = {
  identity: async () => (await new STSClient({ region }).send(new GetCallerIdentityCommand({}))).Arn,
  assume: async ({ role }) =>
    (await new STSClient({ region }).send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "node" })))
      .AssumedRoleUser.Arn,
  read: async ({ bucket, key }) =>
    (await s3().send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body.transformToString(),
  readAs: async ({ role, bucket, key }) => {
    const credentials = fromTemporaryCredentials({ params: { RoleArn: role, RoleSessionName: "node" } });
    return (await s3(credentials).send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body.transformToString();
  },
  write: async ({ bucket, key, text }) => {
    await s3().send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text }));
    return "written";
  },
  tables: async () => (await new DynamoDBClient({ region }).send(new ListTablesCommand({}))).TableNames,
  queues: async () => (await new SQSClient({ region }).send(new ListQueuesCommand({}))).QueueUrls ?? [],
  functions: async () => (await new LambdaClient({ region }).send(new ListFunctionsCommand({}))).Functions,
};

const outcomes = [];
for (const { ask, ...parameters } of JSON.parse(process.argv[2])) {
  try {
    outcomes.push({ answer: await ASK[ask](parameters) });
  } catch (error) {
    outcomes.push({ error: error.name, status: error.$metadata?.httpStatusCode, message: error.message });
  }
}
console.log(JSON.stringify(outcomes));
