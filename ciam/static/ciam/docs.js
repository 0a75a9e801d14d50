// Swagger UI on our own document; it asks nobody else, not even to validate.
SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("docs"),
  deepLinking: true,
  validatorUrl: null,
});
