// Sends the form that leads to a provider, so that nobody has to press its button.
document.querySelector("form[data-onward]").submit();
