// A client of Cognito's SRP that nobody here wrote, one JSON document a line each way:
// {"op": "start", "pool", "username", "password"}  ->  {"SRP_A"}
// {"op": "sign", "parameters"}                     ->  {"TIMESTAMP", "PASSWORD_CLAIM_SIGNATURE"}
// {"op": "device", "key", "group"}                 ->  {"Salt", "PasswordVerifier", "password"}
// {"op": "start", "device", "group", "password"}   ->  {"SRP_A"}
import { createInterface } from "node:readline";
import helper from "cognito-srp-helper";

const {
  createDeviceVerifier,
  createSrpSession,
  signSrpSession,
  signSrpSessionWithDevice,
  wrapAuthChallenge,
  wrapInitiateAuth,
} = helper;

let session;
let device;

function start({ pool, username, password, key, group }) {
  session = createSrpSession(username, password, pool, false);
  device = key && { key, group, password };
  return { SRP_A: wrapInitiateAuth(session, { AuthParameters: {} }).AuthParameters.SRP_A };
}

function sign({ parameters }) {
  const answer = { ChallengeParameters: parameters };
  const signed = device
    ? signSrpSessionWithDevice(session, answer, device.group, device.password)
    : signSrpSession(session, answer);
  const { TIMESTAMP, PASSWORD_CLAIM_SIGNATURE } = wrapAuthChallenge(signed, {
    ChallengeResponses: {},
  }).ChallengeResponses;
  return { TIMESTAMP, PASSWORD_CLAIM_SIGNATURE };
}

function makeDevice({ key, group }) {
  const made = createDeviceVerifier(key, group);
  return { ...made.DeviceSecretVerifierConfig, password: made.DeviceRandomPassword };
}

const operations = { start, sign, device: makeDevice };
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(operations[asked.op](asked))}\n`);
}
