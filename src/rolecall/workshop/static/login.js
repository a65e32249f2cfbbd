/* Built from frontend/ by `npm run build`. Edit the source there. */
var e=location.hash.slice(1);e&&(history.replaceState(null,"",location.pathname),document.querySelector("#token").value=e,document.querySelector("#login").submit());
