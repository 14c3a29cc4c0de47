// Upload progress for forms marked data-progress. Without this file the form is sent as ever.
(() => {
  const SMALL = 300 * 1024; // below this a bar would only flicker; the words stay, and a lost network leaves the page

  function chosen(form) {
    return [...form.querySelectorAll("input[type=file]")].reduce(
      (sum, input) => sum + [...input.files].reduce((s, f) => s + f.size, 0),
      0,
    );
  }
  function bar(form, size) {
    const box = document.createElement("p");
    const meter = document.createElement("progress");
    const words = document.createElement("span");
    meter.className = "meter";
    meter.max = 100;
    meter.setAttribute("aria-label", "Đang tải tệp lên");
    words.setAttribute("role", "status");
    box.append(words, size < SMALL ? "" : meter);
    box.dataset.sending = "1";
    form.append(box);
    return (percent) => {
      meter.value = percent;
      words.textContent = percent < 100 ? `Đang tải tệp lên: ${percent}%` : "Đã gửi xong, đang kiểm tra tệp…";
    };
  }
  function answered(request, form, button) {
    // A save answers with another address; anything else is a page of errors, which the browser shows best itself.
    if (request.status < 300 && request.responseURL !== request.wanted) {
      location.assign(request.responseURL);
      return;
    }
    // The file does not travel twice: held, it is named by its ticket; refused, only its fault is shown here.
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const ticket = page.querySelector("input[name=held]")?.value;
    const own = form.querySelector("input[name=held]");
    delete form.dataset.sent;
    delete form.dataset.uploading;
    if (own && !ticket && page.querySelector("#upload-error, .errors")) {
      refused(form, page);
      return;
    }
    if (own && ticket) {
      own.value = ticket;
      form.querySelectorAll("input[type=file]").forEach((input) => {
        input.value = "";
      });
    }
    delete form.dataset.progress;
    form.requestSubmit(button);
  }
  function refused(form, page) {
    form.querySelectorAll("[data-sending], [data-lost]").forEach((one) => one.remove());
    const said = page.querySelector(".errors");
    said.dataset.lost = "1";
    form.prepend(said);
    said.focus();
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-progress]") || !chosen(form)) return;
    event.preventDefault();
    if (form.dataset.uploading) return;
    form.dataset.uploading = "1";
    const button = event.submitter;
    const data = new FormData(form, button);
    const show = bar(form, chosen(form));
    const request = new XMLHttpRequest();
    request.wanted = new URL(
      button?.hasAttribute("formaction") ? button.formAction : form.action || location.href,
      location.href,
    ).href;
    request.upload.addEventListener("progress", (e) => {
      if (e.lengthComputable) show(Math.round((100 * e.loaded) / e.total));
    });
    request.addEventListener("load", () => answered(request, form, button));
    request.addEventListener("error", () => {
      form.querySelectorAll("[data-sending], [data-lost]").forEach((one) => one.remove());
      delete form.dataset.sent;
      delete form.dataset.uploading;
      const lost = document.createElement("p");
      lost.className = "message error";
      lost.dataset.lost = "1";
      lost.setAttribute("role", "alert");
      lost.textContent = "Mất kết nối khi tải tệp: phần đã gõ và tệp đã chọn còn nguyên, bấm lại khi có mạng.";
      form.append(lost);
    });
    request.open("POST", request.wanted);
    // As a browser asks: after the session's end the answer is the page that gives the typed text back.
    request.setRequestHeader("Accept", "text/html");
    request.send(data);
  });
})();
