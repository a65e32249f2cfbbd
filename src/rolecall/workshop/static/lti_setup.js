/* Built from frontend/ by `npm run build`. Edit the source there. */
for(let t of document.querySelectorAll("[data-copy]"))t.addEventListener("click",async()=>{let e=document.getElementById(t.dataset.copy??"");e.select(),await navigator.clipboard.writeText(e.value),t.textContent="Copied"});
