/* Keeps the CSRF token of forms and htmx requests true after a sign-in in another tab. */
function cookieToken() {
  const pair = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  return pair ? decodeURIComponent(pair.slice("csrftoken=".length)) : "";
}

document.addEventListener("htmx:configRequest", (event) => {
  const token = cookieToken();
  if (!token) return;
  event.detail.headers["X-CSRFToken"] = token;
  if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
});

document.addEventListener("submit", (event) => {
  const field = event.target.elements.namedItem("csrfmiddlewaretoken");
  const token = cookieToken();
  if (field && token && event.target.method === "post") field.value = token;
}, true);
