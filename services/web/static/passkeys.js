"use strict";
/* Adds a passkey to the person's ways to sign in, or signs in with one: the browser's part of WebAuthn, which cannot be done by a form.
   Without this file nothing is missing: what needs it stays hidden, and all other ways to sign in are plain forms. */
(() => {
  if (!window.isSecureContext || !window.PublicKeyCredential || !navigator.credentials) return;

  const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const encode = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function begin(form) {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("credential");
    const response = await fetch(form.dataset.begin, { method: "POST", body: fields, credentials: "same-origin" });
    if (response.redirected) {
      // The person must sign in again first, and comes back.
      location.assign(response.url);
      return null;
    }
    if (!response.ok) throw new Error("no challenge");
    const options = await response.json();
    options.challenge = decode(options.challenge);
    if (options.user) options.user.id = decode(options.user.id);
    for (const known of options.excludeCredentials || []) known.id = decode(known.id);
    return options;
  }

  function answer(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = encode(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: encode(credential.rawId), type: credential.type, response });
  }

  function offer(form) {
    const button = form.querySelector("button");
    const problems = form.querySelectorAll("[data-problem]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      for (const problem of problems) problem.hidden = true;
      try {
        const publicKey = await begin(form);
        if (!publicKey) return;
        const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.credential.value = answer(credential);
        // Whose device it is was asked once on the page, beside the code.
        const device = document.querySelector('input[name="device"]:checked');
        if (form.elements.device && device) form.elements.device.value = device.value;
        form.submit();
      } catch (error) {
        button.disabled = false;
        const kind = error.name === "InvalidStateError" ? "known" : "other";
        for (const problem of problems) problem.hidden = problem.dataset.problem !== kind;
      }
    });
    form.hidden = false;
  }

  document.querySelectorAll("form[data-passkey]").forEach(offer);
  for (const text of document.querySelectorAll("[data-without-passkeys]")) text.hidden = true;
  // Back from a page that the browser kept: the button is of use again.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("form[data-passkey] button")) button.disabled = false;
  });
})();
