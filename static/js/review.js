/* The page of a review. Each module works alone, on plain HTML that also works without it. */
import "./comments.js";
