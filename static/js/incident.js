import "./composer.js";
import "./composer-cards.js";
import "./composer-commands.js";
import "./composer-plan.js";
import "./composer-tools.js";
import "./composer-waiting.js";
import "./known-lines.js";
import "./board.js";
import "./timeline.js";
import "./head-acts.js";
import "./live.js";
import "./live-unseen.js";
import "./snippet.js";
import "./gallery.js";
/* Links into a long record: an address that names a line which this page does not show is sent to where it is. */
function goToPart() {
  const name = location.hash.slice(1);
  const [, kind, id, line] = name.match(/^(entry|step|snippet)-(\d+)(-L\d+)?(?:-L\d+)?$/) ?? [];
  if (!kind || document.getElementById(`${kind}-${id}${line ?? ""}`)) return;
  const here = location.pathname;
  if (kind === "snippet") {
    if (line || !document.getElementById(`snippet-${id}`)) location.replace(`${here}snippets/${id}/#${name}`);
    return;
  }
  const asked = new URLSearchParams(location.search);
  if (asked.get(kind) !== id) location.replace(`${here}?${kind}=${id}#${name}`);
}

goToPart();
window.addEventListener("hashchange", goToPart);
