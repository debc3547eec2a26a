/* The one script of every page. collectstatic joins these modules into this file; each works alone, by data-* attributes
   on plain HTML, listens on the document so that swapped-in fragments need nothing, and exports nothing. */
import "./csrf.js";
import "./session.js";
import "./keys.js";
import "./shortcuts.js";
import "./bulk.js";
import "./search-panel.js";
import "./menu.js";
import "./theme.js";
import "./toast.js";
import "./copy.js";
import "./confirm.js";
import "./localtime.js";
import "./paste.js";
import "./safe-paste.js";
import "./draft.js";
import "./queue.js";
import "./unsent.js";
import "./guard.js";
import "./waiting.js";
