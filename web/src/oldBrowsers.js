// Tells people with a browser that is older than those in browsers.json. Runs before the pages, in a syntax that old browsers read.
;(function () {
  var css = window.CSS
  // color-mix: Chrome 111; registerProperty: Firefox 128 and Safari 16.4, which are what the styles need, too
  if (css && css.supports && css.registerProperty && css.supports('color', 'color-mix(in srgb, red, blue)')) return
  var texts = {
    en: ['Your browser is too old for this page', 'Please update it, or open the link in another one: Chrome or Edge 111, Firefox 128, Safari 16.4, or newer.'],
    de: ['Ihr Browser ist zu alt für diese Seite', 'Bitte aktualisieren Sie ihn, oder öffnen Sie den Link in einem anderen: Chrome oder Edge 111, Firefox 128, Safari 16.4 oder neuer.'],
    es: ['Su navegador es demasiado antiguo para esta página', 'Actualícelo o abra el enlace en otro: Chrome o Edge 111, Firefox 128, Safari 16.4 o posterior.'],
    fr: ['Votre navigateur est trop ancien pour cette page', 'Mettez-le à jour, ou ouvrez le lien dans un autre : Chrome ou Edge 111, Firefox 128, Safari 16.4 ou plus récent.']
  }
  var language = (navigator.language || 'en').slice(0, 2)
  var text = texts[language] || texts.en
  var page = document.createElement('main')
  page.lang = texts[language] ? language : 'en'
  page.style.cssText = 'max-width: 36em; margin: 3em auto; padding: 0 1.25em; font: 16px/1.5 sans-serif'
  var heading = document.createElement('h1')
  heading.appendChild(document.createTextNode(text[0]))
  var paragraph = document.createElement('p')
  paragraph.appendChild(document.createTextNode(text[1]))
  page.appendChild(heading)
  page.appendChild(paragraph)
  var root = document.getElementById('root')
  // without it, main.tsx renders nothing
  root.parentNode.replaceChild(page, root)
})()
