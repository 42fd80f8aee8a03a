"""Request bodies that are easy to spoil: MODEL stands for the model's name. Every one is valid JSON for its endpoint."""

import json
import random

ODD = (
    '"x_big": 123456789012345678901234567890, "x_small": 0.1000000000000000055511151231257827, "x_exp": 1E5, "x_neg": -0.0, "x_round": 1.0,\n'
    ' "zz": null, "aa": [ ], "x_nest": {"model": "house-mini", "stream": true, "b": 1, "a": {"model": ["MODEL"]}},'
    ' "x_text": "\\u00e9 é \\ud83d\\ude00 😀 \\/ / \\"model\\": \\"house-mini\\" \\\\", "x_twice": 1, "x_twice": 2'
)

CHAT = {
    "plain": '{"model":"MODEL","messages":[{"role":"user","content":"hi"}]}',
    "model last": '{"messages":[{"role":"user","content":"hi"}],"model":"MODEL"}',
    "model in the middle, whitespace": '\r\n\t {  "messages" :\n[ { "content" : "a\\tb" , "role":"user" } ]\t, "model"\n:\t"MODEL"\r\n , "temperature":1.0 } \n\n',
    "odd values": '{"messages":[{"role":"user","content":"hi"}], ' + ODD + ', "model": "MODEL"}',
    "the name in the text": '{"messages":[{"role":"user","content":"{\\"model\\":\\"MODEL\\"} \\"model\\":\\"MODEL\\""}],"model":"MODEL","user":"model"}',
    "tools": '{"tools":[{"type":"function","function":{"name":"model","parameters":{"type":"object","properties":{"model":{"type":"string","enum":["MODEL","z","a"]},"a":{}},"required":["model"]}}}],'
    '"model":"MODEL","messages":[{"role":"user","content":"[[sim: tool=model]]"}]}',
    "stream with usage": '{"model":"MODEL","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"[[sim: tokens=20 cached=3]]"}]}',
    "stream, name last": '{"stream" : true, "messages":[{"role":"user","content":"[[sim: utf8]]"}], "stream_options": { "include_usage" : true } , "model":"MODEL"}',
    "crlf stream in pieces": '{"model":"MODEL","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"[[sim: utf8 crlf split=3]]"}]}',
    "stream of tools": '{"model":"MODEL","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"b":{"type":"string"},"a":{"type":"number"}},"required":["b","a"]}}}],'
    '"messages":[{"role":"user","content":"[[sim: parallel-tools]]"}]}',
    "big": '{"model":"MODEL","messages":[{"role":"user","content":"' + "0123456789 \\n é" * 40_000 + ' [[sim: big-answer=500000]]"}]}',
    "big, model last": '{"messages":[{"role":"user","content":"' + "ab\\\\\\\"" * 60_000 + '"}],"model":"MODEL"}',
}
MESSAGES = {
    "plain": '{"model":"MODEL","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}',
    "model last, odd values": '{"max_tokens":50,"messages":[{"role":"user","content":"hi"}],' + ODD + ',"model":"MODEL"}',
    "blocks and marks": '{"max_tokens":50,"system":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}],'
    '"messages":[{"role":"user","content":[{"text":"hi [[sim: cached=4 cache-write=5]]","type":"text","cache_control":{"ttl":"5m","type":"ephemeral"}}]}], "model":"MODEL"}',
    "stream": '{"stream":true,"model":"MODEL","max_tokens":50,"messages":[{"role":"user","content":"[[sim: tokens=20]]"}]}',
    "stream, crlf in pieces": '{"stream":true,"model":"MODEL","max_tokens":50,"messages":[{"role":"user","content":"[[sim: utf8 crlf split=5]]"}]}',
    "thinking stream": '{"stream":true,"model":"MODEL","max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"[[sim: thinking redacted]]"}]}',
    "tools stream": '{"stream":true,"tools":[{"input_schema":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},"required":["z","a"]},"name":"f"}],'
    '"model":"MODEL","max_tokens":50,"messages":[{"role":"user","content":"[[sim: parallel-tools]]"}]}',
}
RESPONSES = {
    "plain": '{"model":"MODEL","input":"hi","store":false}',
    "model last, odd values": '{"input":"hi","store":false,' + ODD + ',"model":"MODEL"}',
    "stream": '{"store":false,"stream":true,"input":[{"role":"user","content":"[[sim: tokens=20 reasoning=4]]"}],"model":"MODEL"}',
    "stream, crlf in pieces": '{"store":false,"stream":true,"input":[{"role":"user","content":"[[sim: utf8 crlf split=4]]"}],"model":"MODEL"}',
    "tools stream": '{"store":false,"stream":true,"model":"MODEL","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]},"strict":false}],'
    '"input":[{"role":"user","content":"[[sim: parallel-tools]]"}]}',
}
EMBEDDINGS = {
    "plain": '{"model":"MODEL","input":"hi"}',
    "list, floats, model last": '{ "input" : [ "é" , "\\u00e9" ] ,"encoding_format":"float", "model" : "MODEL" }',
}
PASSED = {
    "completions": {
        "odd values, model last": '{"prompt":"hi",' + ODD + ',"model":"MODEL"}',
        "stream with usage": '{"prompt":"[[sim: tokens=20 split=3 utf8]]","stream":true,"model" : "MODEL" ,"stream_options":{"include_usage":true}}',
    },
    "moderations": {"odd values, model last": '{"input":["hi","ho"],' + ODD + ', "model":"MODEL"}'},
    "images": {
        "odd values, model first": '{"model":"MODEL","prompt":"a \\u0063at \\"model\\"","n":2,' + ODD + "}",
        "stream in pieces": '{"prompt":"[[sim: split=7]]", "stream":true,"partial_images":2,"n":2, "model" :"MODEL"}',
    },
    "speech": {
        "sound": '{"voice":"coral", "model":"MODEL","input":"hi [[sim: big-answer=70001]]", "response_format":"wav",' + ODD + "}",
        "events": '{"voice":"coral","stream_format":"sse","input":"hi [[sim: split=11]]","model":"MODEL"}',
    },
    "rerank": {
        "odd values, model last": '{"documents":["a",{"text":"bb","model":"x"}],"query":"\\u00e9", ' + ODD + ', "model":"MODEL"}',
    },
}
COUNT = {"plain": '{"messages":[{"role":"user","content":"hi"}], "model" : "MODEL"}'}


def generated(count: int = 24):
    """Chat bodies with made-up unknown fields around the needed ones, always the same ones."""
    chance = random.Random(20261122)
    alphabet = 'ab"\\/é😀\n\tmodel:{}[],\u2028 \x7f'

    def text() -> str:
        return "".join(chance.choice(alphabet) for _ in range(chance.randrange(12)))

    def value(depth: int):
        kind = chance.randrange(8 if depth < 4 else 6)
        if kind == 6:
            return [value(depth + 1) for _ in range(chance.randrange(4))]
        if kind == 7:
            return {chance.choice(["model", "stream", "b", "a", text()]): value(depth + 1) for _ in range(chance.randrange(4))}
        return [None, True, chance.randrange(-(10**18), 10**18), chance.random() * 10 ** chance.randrange(-20, 20), text(), "MODEL"][kind]

    for number in range(count):
        fields = [("model", "MODEL"), ("messages", [{"role": "user", "content": text() + "x"}])]
        fields += [(f"x_{n}", value(0)) for n in range(chance.randrange(6))]
        chance.shuffle(fields)
        body = json.dumps(dict(fields), ensure_ascii=chance.random() < 0.5, indent=chance.choice([None, None, 1, "\t"]))
        # Only the field named `model` at the top is the model; a MODEL elsewhere is any text.
        yield f"generated {number}", body


CASES = [
    *(("chat", name, body) for name, body in CHAT.items()),
    *(("chat", name, body) for name, body in generated()),
    *(("messages", name, body) for name, body in MESSAGES.items()),
    *(("responses", name, body) for name, body in RESPONSES.items()),
    *(("embeddings", name, body) for name, body in EMBEDDINGS.items()),
    *(("count", name, body) for name, body in COUNT.items()),
    *((endpoint, name, body) for endpoint, bodies in PASSED.items() for name, body in bodies.items()),
]
