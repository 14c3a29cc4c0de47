// A security key answers the page's challenge; its answer goes into the form, which is sent as any other.
(() => {
  for (const form of document.querySelectorAll("form[data-key]")) {
    const press = form.querySelector("[data-key-press]");
    const fault = form.querySelector("[data-key-fault]");
    press.hidden = false;
    press.addEventListener("click", async () => {
      fault.hidden = true;
      press.disabled = true;
      try {
        const options = JSON.parse(form.dataset.options);
        const answer = await window.webauthnJSON[form.dataset.key](options);
        form.elements.credential.value = JSON.stringify(answer);
        form.submit();
      } catch {
        fault.hidden = false;
        press.disabled = false;
        press.focus();
      }
    });
  }
})();
