/* Reading a postmortem, alone and together. */
import "./contents.js";
import "./meeting.js";
