/* Reading a postmortem, alone and together. */
import "./contents.js";
import "./comments.js";
import "./meeting.js";
