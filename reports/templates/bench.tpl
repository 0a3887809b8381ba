R"tpl({{%AUTOESCAPE context="HTML"}}<header>
<p class="brand">Candor bench</p>
<h1>{{MODEL}}</h1>
<p class="lead">{{LEAD}}</p>
<dl class="facts">{{#FACT}}
<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FACT}}
</dl>
</header>
<main>
<h2 id="speed">Speed</h2>
<p>The prompts are random tokens from a fixed stream and have no beginning in common, so nothing is taken from a cache. Shares are those of the limits that two small probes measured on the same threads right afterwards: reading memory, and 8-bit multiply-adds in registers.</p>
<div class="panel scroll"><table class="wide"><thead><tr><th class="name">what</th><th>measured</th><th class="name">of the machine’s limit</th></tr></thead><tbody>{{#ROW}}
<tr><td class="name">{{NAME}}</td><td>{{VALUE}}</td><td class="name">{{SHARE}}</td></tr>{{/ROW}}
</tbody></table></div>
<h2 id="streams">Decode by number of streams</h2>
<p>Tokens generated a second by all streams together, once every prompt is computed; contexts are short.</p>
<div class="two"><div class="panel">{{>STREAMS_PLOT}}</div><div class="panel scroll"><table><thead><tr><th>streams</th><th>tokens/s</th><th>tokens/s a stream</th><th>ms a step</th></tr></thead><tbody>{{#STREAMS}}
<tr><td>{{STREAMS}}</td><td>{{ALL}}</td><td>{{EACH}}</td><td>{{STEP}}</td></tr>{{/STREAMS}}
</tbody></table></div></div>
{{#GROWTH}}<h2 id="queue">Cost by length of the queue</h2>
<p>Prompts of 24 tokens with 8 generated. A queue that is planned well costs each prompt the same or less, the longer it is.</p>
<div class="two"><div class="panel">{{>QUEUE_PLOT}}</div><div class="panel scroll"><table><thead><tr><th>prompts</th><th>seconds a prompt</th><th>prompts a minute</th></tr></thead><tbody>{{#QUEUE}}
<tr><td>{{PROMPTS}}</td><td>{{SECONDS}}</td><td>{{MINUTE}}</td></tr>{{/QUEUE}}
</tbody></table></div></div>
<h2 id="context">Cost by length of the context</h2>
<p>One sequence. Prefill: the mean over all tokens of a prompt of that length. Decode: a token right behind such a prompt. A prompt of a few tokens reads all weights for little work, so its tokens are dear.</p>
<div class="two"><div class="panel">{{>CONTEXT_PLOT}}</div><div class="panel scroll"><table><thead><tr><th>tokens of context</th><th>prefill, ms a token</th><th>decode, ms a token</th></tr></thead><tbody>{{#CONTEXT}}
<tr><td>{{TOKENS}}</td><td>{{PREFILL}}</td><td>{{DECODE}}</td></tr>{{/CONTEXT}}
</tbody></table></div></div>
{{/GROWTH}}</main>
<footer><p>Made by Candor {{VERSION}}. The file needs no network and holds no scripts. Figures of speed are those of one moment on one machine: other programs on it make them lower.</p></footer>
)tpl"
