// What stands behind the hash never reaches the server: hand it over, so that the link still leads there.
const goal = sessionStorage.getItem('kelp.goal') ?? '';
const hash = window.location.hash || goal;
sessionStorage.setItem('kelp.goal', hash);
const field = document.querySelector('input[name=next]');
if (field !== null) field.value = hash;
