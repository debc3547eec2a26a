/* The editor of a postmortem. Each module works alone, on plain HTML that also works without it. */
import "./editor-folds.js";
import "./editor-save.js";
import "./editor-live.js";
import "./editor-cite.js";
import "./editor-tools.js";
