// A relying party that nobody here wrote: npm `openid-client`, asked one line at a time.
import { createInterface } from "node:readline";
import { webcrypto } from "node:crypto";
import * as client from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const reply = (value) => process.stdout.write(JSON.stringify(value) + "\n");

async function authentication(question) {
  if (question.secret === undefined && question.key === undefined) return client.None();
  if (question.key !== undefined) {
    const key = await webcrypto.subtle.importKey(
      "jwk", question.key, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    return client.PrivateKeyJwt({ key, kid: question.key.kid });
  }
  return question.basic
    ? client.ClientSecretBasic(question.secret)
    : client.ClientSecretPost(question.secret);
}

async function configure(question) {
  return client.discovery(
    new URL(question.issuer), question.client_id, undefined,
    await authentication(question), { execute: [client.allowInsecureRequests] });
}

// As a browser would go there in which somebody has signed in.
async function browse(url, cookie) {
  const response = await fetch(url, { redirect: "manual", headers: { cookie } });
  const back = new URL(response.headers.get("location"), url);
  // A page's script reads the fragment, and hands it on as what it is: the answer.
  if (back.hash) [back.search, back.hash] = [back.hash.slice(1), ""];
  return back;
}

async function signIn(config, question, options) {
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const nonce = client.randomNonce();
  const parameters = {
    redirect_uri: question.redirect_uri,
    scope: question.scope ?? "openid email",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
    ...question.more,
  };
  const start = question.par
    ? await client.buildAuthorizationUrlWithPAR(config, parameters, options)
    : client.buildAuthorizationUrl(config, parameters);
  const back = await browse(start, question.cookie);
  return client.authorizationCodeGrant(
    config, back,
    { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce,
      idTokenExpected: true, maxAge: question.max_age },
    undefined, options);
}

async function withDevice(config, question) {
  const started = await client.initiateDeviceAuthorization(
    config, { scope: "openid email" });
  reply({ user_code: started.user_code, uri: started.verification_uri });
  await lines.next();
  return client.pollDeviceAuthorizationGrant(config, started);
}

async function run(question) {
  const config = await configure(question);
  const options = question.dpop
    ? { DPoP: client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256")) }
    : undefined;
  if (question.op === "exchange") {
    const issued = await client.genericGrantRequest(
      config, "urn:ietf:params:oauth:grant-type:token-exchange", question.form, options);
    const asked = [];
    for (const url of question.urls) {
      const response = await client.fetchProtectedResource(
        config, issued.access_token, new URL(url), "GET", undefined, undefined, options);
      asked.push(response.status);
    }
    return { issued, asked };
  }
  if (question.op === "credentials") {
    return client.clientCredentialsGrant(config, { scope: question.scope }, options);
  }
  const first = question.op === "device"
    ? await withDevice(config, question)
    : await signIn(config, question, options);
  const told = await client.fetchUserInfo(
    config, first.access_token, first.claims().sub, options);
  const second = await client.refreshTokenGrant(
    config, first.refresh_token, undefined, options);
  const found = {
    token_type: first.token_type, claims: first.claims(), told,
    rotated: second.refresh_token !== first.refresh_token,
    refreshed: second.claims(),
  };
  if (question.leave) {
    const url = client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: question.leave, id_token_hint: second.id_token,
      state: "bye" });
    found.left = (await browse(url, question.cookie)).href;
  }
  if (question.secret !== undefined) {
    found.active = await client.tokenIntrospection(config, second.access_token);
  }
  await client.tokenRevocation(config, second.refresh_token);
  found.after = await client.refreshTokenGrant(
    config, second.refresh_token, undefined, options)
    .then(() => "refreshed", (error) => error.error);
  return found;
}

for (;;) {
  const { value, done } = await lines.next();
  if (done) break;
  try {
    reply(await run(JSON.parse(value)));
  } catch (error) {
    reply({ failure: error.message, code: error.error ?? error.code,
            cause: String(error.cause?.message ?? error.cause) });
  }
}
