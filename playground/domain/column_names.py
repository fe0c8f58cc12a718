"""Names that columns often have, in English, German, French and Spanish, by what they say.

Written as `guesses.words_of` gives them: in lower case, without accents.
"""

# By role, as `Column.Role` spells it; the surest first.
NAMES: dict[str, tuple[str, ...]] = {
    "row_id": (
        *("row id", "id", "uuid", "guid", "key", "qid", "index", "nr", "no"),
        *("lfd nr", "laufende nr", "nummer", "num", "numero", "identifiant", "identificador"),
    ),
    "source": (
        *("source id", "source", "doc id", "document id", "url", "link", "citation"),
        *("document source", "quelle", "quellen", "fuente", "fuentes"),
    ),
    "answerable": (
        *("answerable", "is answerable", "has answer"),
        *("beantwortbar", "repondable", "respondible", "contestable"),
    ),
    "keywords": (
        *("keywords", "keyword", "key terms", "must include", "must mention"),
        *("stichworter", "stichworte", "stichwort", "stichwoerter", "schlusselworter"),
        *("schluesselwoerter", "schlagworter", "schlagworte", "schlagwoerter"),
        *("mots cles", "mots clefs", "palabras clave", "palabras claves"),
    ),
    "context": (
        *("context", "contexts", "passages", "passage", "evidence", "documents", "document"),
        *("paragraph", "article", "background", "chunks", "kb", "knowledge"),
        *("kontext", "kontexte", "textstelle", "textstellen", "hintergrund", "dokument"),
        *("dokumente", "contexte", "contexto", "pasaje", "pasajes", "documento", "documentos"),
    ),
    "expected": (
        *("expected answer", "expected output", "expected", "reference answer", "reference"),
        *("gold answer", "gold", "ground truth", "correct answer", "ideal", "target", "solution"),
        *("erwartete antwort", "erwartete ausgabe", "erwartet", "sollantwort", "soll antwort"),
        *("musterantwort", "referenzantwort", "richtige antwort", "soll", "musterlosung"),
        *("reponse attendue", "reponse de reference", "bonne reponse", "sortie attendue"),
        *("respuesta esperada", "respuesta correcta", "respuesta de referencia"),
        *("answer", "answers", "label", "output", "completion", "response"),
        *("antwort", "antworten", "reponse", "reponses", "respuesta", "respuestas"),
    ),
    "input": (
        *("question", "input", "prompt", "query", "instruction", "user message", "message"),
        *("request", "utterance", "user", "text", "q"),
        *("frage", "fragen", "eingabe", "anfrage", "nachricht", "anweisung"),
        *("consigne", "requete", "entree", "pregunta", "consulta", "entrada", "mensaje"),
    ),
    "filter": (
        *("topic", "category", "tag", "tags", "language", "lang", "difficulty", "type"),
        *("segment", "intent", "domain", "split", "title", "subject"),
        *("thema", "kategorie", "sprache", "schwierigkeit", "typ", "bereich", "titel"),
        *("theme", "categorie", "langue", "difficulte", "sujet", "titre"),
        *("tema", "categoria", "idioma", "dificultad", "tipo", "titulo"),
    ),
}
# For KPIs that need more than a question, an answer and a context. These stand for the whole name.
SPECIAL: dict[str, tuple[str, ...]] = {
    "system_prompt": ("system prompt", "system message", "system", "systemprompt"),
    "policy": ("policy", "policies", "rules", "guidelines", "richtlinie", "richtlinien"),
    "key_points": ("key points", "keypoints", "rubric points", "must cover", "kernpunkte"),
    "glossary": ("glossary", "terminology", "glossar", "glossaire", "glosario"),
    "relevant_ids": (
        *("relevant ids", "relevant doc ids", "relevant documents", "gold ids"),
        *("gold doc ids", "relevant passages", "qrels"),
    ),
    "context_dates": ("context dates", "passage dates", "document dates"),
    "as_of": ("as of", "as of date", "asked at", "stichtag"),
    "protected_text": ("protected text", "do not translate", "placeholders"),
    "conversation": (
        *("conversation", "conversations", "messages", "chat", "dialog", "dialogue"),
        *("chat history", "history", "turns", "gesprach", "conversacion"),
    ),
    "tools": ("tools", "available tools", "tool definitions", "functions"),
    "tool_calls": ("tool calls", "expected tool calls", "expected calls", "function calls"),
    "samples": ("samples", "sampled answers", "generations"),
}
# Names of filters that say the same.
SAME_FILTERS: tuple[frozenset[str], ...] = (
    frozenset(
        {
            *("topic", "topics", "category", "categories", "subject", "theme", "tag", "tags"),
            *("thema", "kategorie", "sujet", "categorie", "tema", "categoria"),
        }
    ),
    frozenset({"language", "lang", "locale", "sprache", "langue", "idioma"}),
    frozenset({"difficulty", "diff", "schwierigkeit", "difficulte", "dificultad"}),
)
# Answers that a model has given: not what is expected, unless nothing else is.
MODEL_ANSWERS = frozenset({"response", "output", "completion", "prediction", "generated"})
