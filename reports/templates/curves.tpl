R"tpl({{%AUTOESCAPE context="HTML"}}<div class="curves">{{#CURVE}}<figure>
<svg class="curve" viewBox="0 0 240 190" role="img" aria-label="{{SAID}}" font-size="11"><g class="soft">{{#TICK}}<line x1="{{AT_X}}" x2="{{AT_X}}" y1="10" y2="150" stroke="currentColor" stroke-opacity="0.2"/><line x1="34" x2="230" y1="{{AT_Y}}" y2="{{AT_Y}}" stroke="currentColor" stroke-opacity="0.2"/><text x="{{AT_X}}" y="164" fill="currentColor" text-anchor="middle">{{NAME}}</text><text x="30" y="{{TEXT_Y}}" fill="currentColor" text-anchor="end">{{NAME}}</text>{{/TICK}}<text x="132" y="182" fill="currentColor" text-anchor="middle">{{X_LABEL}}</text><text x="38" y="22" fill="currentColor">{{Y_LABEL}}</text></g><g class="c-{{COLOUR}}"><polyline points="{{PATH}}" fill="none" stroke="currentColor" stroke-width="2"/>{{#MARK}}<circle class="dot" cx="{{X}}" cy="{{Y}}" r="5"/>{{/MARK}}</g></svg>
<figcaption class="small">{{CAPTION}}</figcaption></figure>
{{/CURVE}}</div>
)tpl"
