/* Asks the browser for a passkey and sends what it says with the form. Without this script people use codes. */
(function () {
  "use strict";

  function bytes(text) {
    const padded = text.replace(/-/g, "+").replace(/_/g, "/");
    return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
  }

  function text(buffer) {
    const letters = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function known(list) {
    return (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
  }

  function asked(options) {
    const wanted = { ...options, challenge: bytes(options.challenge) };
    if (options.user) wanted.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) wanted.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) wanted.allowCredentials = known(options.allowCredentials);
    return { publicKey: wanted };
  }

  function answer(credential) {
    const said = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
      if (credential.response[name]) said[name] = text(credential.response[name]);
    }
    const id = text(credential.rawId);
    return JSON.stringify({ id, rawId: id, type: credential.type, response: said });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = form.querySelector("[data-said]");
      said.textContent = "";
      try {
        const options = asked(JSON.parse(form.dataset.options));
        const makes = form.dataset.passkey === "create";
        const credential = await (makes ? navigator.credentials.create(options) : navigator.credentials.get(options));
        form.elements.credential.value = answer(credential);
        form.submit();
      } catch (error) {
        said.textContent = error.name === "InvalidStateError"
          ? "This device has a passkey for this account already."
          : "The browser gave no passkey. Try again, or use a code.";
      }
    });
  }
})();
