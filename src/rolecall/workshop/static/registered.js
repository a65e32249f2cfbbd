/* Built from frontend/ by `npm run build`. Edit the source there. */
var{origin:e}=document.querySelector("#registered").dataset;(window.opener??window.parent).postMessage({subject:"org.imsglobal.lti.close"},e);
