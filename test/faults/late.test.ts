import { test } from 'node:test';
import { lateSave } from './late.ts';

test('a save that is told after an edit changes nothing: the picture is found by what the edit said', () => lateSave());
