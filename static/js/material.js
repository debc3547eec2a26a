/* The pages of code and pictures. */
import "./board.js";
import "./snippet.js";
import "./gallery.js";
import "./draw.js";
import "./redact.js";
