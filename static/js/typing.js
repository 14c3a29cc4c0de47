// Typing paper ballots: Enter goes to the next field and after the last one saves. Without this file Enter saves, so
// the cursor comes into the first field here, not by the page: who types too early must not save half a ballot.
(() => {
  const fields = [...document.querySelectorAll("form[data-typing] input[data-next]")];
  fields.forEach((field, at) => {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("keydown", (event) => {
      const next = fields[at + 1];
      if (event.key !== "Enter" || event.isComposing || !next) return;
      event.preventDefault();
      next.focus();
    });
  });
  (document.querySelector("form[data-typing] .bad input") ?? fields[0])?.focus();
})();
