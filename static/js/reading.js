/* Reading a postmortem, alone and together. */
import "./meeting.js";
