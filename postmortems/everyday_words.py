"""Names that are words as well: taken for a name only where they are written as one.

Not every such word: those that write-ups are likely to use, and that people are
called. What is missing here is taken out too often, which whoever publishes sees.
"""

from __future__ import annotations

# These begin sentences: no name even then, unless it stands within one.
LITTLE_WORDS = """
a all an and any as at be but by do each for go he her his if in is it less more
most my new no not of old on one or other our she so some that the their they this
to we who yes you
"""
WORDS = """
able ace amber angel april art ash august autumn bailey baker bank banks barn bass bay
bell berry best bill bird bishop black blue bloom bond booth bow brand brick bridge
bright brook brown buck bull burns bush butler candy carol carter case cash castle cat
chance chase chip christian church clay close cloud cole cook coral crane crew cross
crystal curry daisy dale day dawn dean dell dev dolly don drake drew duke dusty earl
early east english ever faith fern field fields finch finn fish fisher flint ford forest
fox frank freeman french friend frost gale gates gay gene ginger glass glen good grace
grant gray green grey guest gun guy hack hall hand happy hardy hart hawk hazel heath
heather herb hill holiday holly home hood hook hope house hunt hunter iris ivy jack jade
jay jet job josh joy judge jump june key king kitty knight lake lance land lane lark law
lee liberty lily little lock london long love low luck major march marina mark marks
marsh marshal mason max may mercy merit merry mike miles mill miller min mist moon moore
moss nick nick noble north nova oak olive page pages paris park parker pat patch pearl
penny person pepper perry pike piper pitt plum pole pool poole pope porter post potter
power powers prince quick rain ram ray read reed reef rice rich ridge ring river rivers
rob robin rock rocky rod rose rosemary ross rowe ruby rush rust ryder sage salt sand
sands sandy scout sea shade shark sharp shell short silver singer skip sky small smart
smith snow south speed spring spruce star steel stern still stone storm street strong
sue summer summers swan sweet swift tag tally tanner taylor teal temple terry thorn tim
tiny tom top tower town tree troy tucker turn turner tyler usher van vale victor viola
violet wade walker wall ward warden wash waters weaver webb weeks wells west wheeler
white wild wilder will wills winter winters wise wolf wood woods wren wright york young
branch cache chef docker hudson java jenkins julia kafka link log lock max node oracle
pascal per port queue spark sparks stack travis jan
account accounts alert alerting alerts automation backend billing build care checkout
core cron data database deployment duty engineering engineers external finance frontend
github gitlab grafana group infra infrastructure internal jira legal monitoring pager
pagerduty partner payments pipeline product prometheus reliability scheduler sentry site
slack soc sre statuspage success supplier
admin administrator agent analyst bot contact customer default demo deploy developer
director engineer guest helpdesk host info inspector lead leader mail maintainer manager
member monitor network office oncall operations operator ops outsider owner platform
production quality release reporter responder reviewer root sales scribe security server
service staff support system team tech test tester user vendor viewer web worker
"""
LITTLE = frozenset(LITTLE_WORDS.split())
EVERYDAY = LITTLE | frozenset(WORDS.split())
