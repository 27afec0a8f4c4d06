"""Files of definitions: read them with every mistake named, plan what they would change, apply them, write them out again."""
