/** What a browser gets that is not paired (yet): it hands in the token of its address, or says what to do. */

export const PAIRING_PAGE = `<!doctype html>
<html lang="ja" translate="no">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Jihanki</title></head>
<body>
<noscript><p>JavaScript を有効にしてください。 / Please enable JavaScript.</p></noscript>
<main id="unpaired" hidden>
<h1>この画面はまだキオスクにつながっていません</h1>
<p>キオスクが起動したときに表示したアドレス（kiosk: http://…）を、このブラウザーで開いてください。アドレスは一度だけ使えます。</p>
<h1 lang="en">This screen is not paired with the kiosk</h1>
<p lang="en">Open the address that the kiosk printed when it started (kiosk: http://…) in this browser. It works once; a restart of the kiosk prints a new one.</p>
</main>
<script type="module" src="/pair.js"></script>
</body></html>`;

export const PAIRING_SCRIPT = `const token = new URLSearchParams(location.hash.slice(1)).get('token');
history.replaceState(null, '', '/');
const paired = token !== null && (await fetch('/pair', { method: 'POST', body: token })).ok;
// A browser that followed a link from elsewhere sent no cookie with its first request; with this one it does.
if (paired || (await fetch('/index.html')).ok) location.replace('/');
else document.getElementById('unpaired').hidden = false;
`;
