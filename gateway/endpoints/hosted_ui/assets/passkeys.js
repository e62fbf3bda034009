// Passkeys, the one thing that a form cannot do by itself. Asks the browser for what stands in
// `data-options`, puts the answer into the form, and sends it. Speaks to nobody else.
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
