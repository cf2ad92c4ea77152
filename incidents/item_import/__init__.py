"""Files of action items on their way in: read, checked, previewed, stored as one.

`decoding` makes text of bytes, `reading` makes rows of text, `columns` and `cells` say
what they mean, `checking` what each row becomes, `storing` makes it so; `jobs` is what
a worker does with all of them.
"""
