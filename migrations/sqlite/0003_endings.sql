-- What was shredded is looked for by its document. A shredded wrap keeps its number and is empty.
CREATE INDEX wrap_of_document ON wrap (document) WHERE document IS NOT NULL;
