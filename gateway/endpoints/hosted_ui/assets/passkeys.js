// Passkeys, the one thing that a form cannot do by itself. Asks the browser for what stands in
// `data-options`, puts the answer into the form, and sends it. Speaks to the gateway alone.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (b) => String.fromCharCode(b)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const asked = (options) => {
    const known = { ...options, challenge: bytes(options.challenge) };
    if (options.user) known.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) known.allowCredentials = listed(options.allowCredentials);
    if (options.excludeCredentials) known.excludeCredentials = listed(options.excludeCredentials);
    return known;
  };

  const told = (credential) => {
    const answer = credential.response;
    const response = { clientDataJSON: text(answer.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (answer[name]) response[name] = text(answer[name]);
    }
    if (answer.getTransports) response.transports = answer.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  // Offers passkeys in the list that opens below the name's field. What is to be signed comes
  // from the page that the passkey's button leads to, and is good for some minutes: so a page
  // that stays open asks anew, a few times.
  const PATIENCE = 150_000;
  const ROUNDS = 10;

  const offer = async (form) => {
    if (!(await window.PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    for (let round = 0; round < ROUNDS; round += 1) {
      const body = new URLSearchParams({ csrf: form.elements.csrf.value, first: "WEB_AUTHN" });
      const page = await (await fetch(form.action, { method: "POST", body })).text();
      const next = new DOMParser().parseFromString(page, "text/html").querySelector("form[data-passkey]");
      if (!next) return;
      const over = AbortSignal.timeout(PATIENCE);
      try {
        const publicKey = asked(JSON.parse(next.dataset.options));
        const credential = await navigator.credentials.get({ publicKey, mediation: "conditional", signal: over });
        next.elements.credential.value = told(credential);
        next.hidden = true;
        document.body.append(next);
        next.submit();
        return;
      } catch {
        if (!over.aborted) return;
      }
    }
  };

  // Who cannot be offered any still has the button.
  for (const form of document.querySelectorAll("form[data-offer]")) offer(form).catch(() => {});

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const show = (state, shown) => {
      for (const part of form.querySelectorAll(`[data-when=${state}]`)) part.hidden = !shown;
    };
    const ask = async () => {
      show("failed", false);
      try {
        const publicKey = asked(JSON.parse(form.dataset.options));
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.credential.value = told(credential);
        form.submit();
      } catch {
        show("failed", true);
      }
    };
    show("impossible", false);
    show("possible", true);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask();
    });
    if ("atOnce" in form.dataset) ask();
  }
})();
